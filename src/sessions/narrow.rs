//! A [`Filter`](super::filter::Filter) as SQL: macros, since the type of a query grows with each part.

/// Narrows a boxed query over `sessions` to an organization and what a filter names of the sessions themselves.
macro_rules! narrow_own {
    ($query:expr, $organization:expr, $filter:expr) => {{
        use $crate::db::functions::ip_within;
        use $crate::db::schema::sessions;
        use $crate::db::text::{contains_pattern, lower};
        let filter: &$crate::sessions::filter::Filter = $filter;
        let mut query = $query.filter(sessions::organization_id.eq($organization));
        if !filter.sessions.is_empty() {
            query = query.filter(sessions::id.eq_any(filter.sessions.clone()));
        }
        if let Some(but) = filter.but.clone() {
            query = query.filter(sessions::id.ne(but));
        }
        if let Some(user) = filter.user.clone() {
            query = query.filter(sessions::user_id.eq(user));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(sessions::kind.eq(kind));
        }
        if let Some(country) = filter.country.clone() {
            query = query.filter(sessions::country.eq(country));
        }
        if let Some(address) = filter.address() {
            query = query.filter(sessions::ip.eq(address));
        } else if let Some(network) = filter.ip_range {
            query = query.filter(ip_within(sessions::ip, network.to_string()));
        }
        if let Some(at) = filter.last_seen_before {
            query = query.filter(sessions::seen_at.lt(at));
        }
        if let Some(at) = filter.signed_in_before {
            query = query.filter(sessions::created_at.lt(at));
        }
        if let Some(at) = filter.signed_in_after {
            query = query.filter(sessions::created_at.ge(at));
        }
        for part in &filter.device {
            query = query.filter(lower(sessions::device).like(contains_pattern(part)).escape('\\'));
        }
        query
    }};
}

/// Narrows a boxed query over `sessions` and their `users` to an organization and what a filter names.
macro_rules! narrow {
    ($query:expr, $organization:expr, $filter:expr) => {{
        use $crate::db::schema::users;
        use $crate::db::text::{contains_pattern, lower};
        let filter: &$crate::sessions::filter::Filter = $filter;
        let mut query = $crate::sessions::narrow_own!($query, $organization, filter);
        if let Some(role) = filter.role {
            query = query.filter(users::role.eq(role));
        }
        for part in &filter.person {
            let pattern = contains_pattern(part);
            let name = lower(users::name).like(pattern.clone()).escape('\\');
            query = query.filter(name.or(lower(users::email).like(pattern).escape('\\')));
        }
        query
    }};
}

/// The same for a query over `sessions` alone, which then walks along their index whatever is asked of their users:
/// an engine that may begin with the users sorts all sessions for each page.
macro_rules! narrow_apart {
    ($query:expr, $organization:expr, $filter:expr) => {{
        use diesel::dsl::exists;
        use $crate::db::schema::{sessions, users};
        use $crate::db::text::{contains_pattern, lower};
        let filter: &$crate::sessions::filter::Filter = $filter;
        let mut query = $crate::sessions::narrow_own!($query, $organization, filter);
        let user = users::table.filter(users::id.eq(sessions::user_id));
        if let Some(role) = filter.role {
            query = query.filter(exists(user.filter(users::role.eq(role))));
        }
        for part in &filter.person {
            let pattern = contains_pattern(part);
            let name = lower(users::name).like(pattern.clone()).escape('\\');
            let either = name.or(lower(users::email).like(pattern).escape('\\'));
            query = query.filter(exists(user.filter(either)));
        }
        query
    }};
}

/// Is a session open at a moment: neither ended nor over?
macro_rules! open_at {
    ($query:expr, $now:expr) => {{
        use $crate::db::functions::passed;
        use $crate::db::schema::sessions;
        // The first condition is that of the indexes of open sessions.
        $query
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt($now))
            .filter(diesel::dsl::not(passed(sessions::seen_at, sessions::idle_seconds, $now)))
    }};
}

pub(crate) use {narrow, narrow_apart, narrow_own, open_at};
