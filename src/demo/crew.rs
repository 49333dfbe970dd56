//! The staff as accounts.

use chrono::TimeDelta;

use super::clients;
use super::people::{STAFF, Staff};
use super::plan::Reviewer;
use super::store::UserRow;
use crate::access::{OrganizationId, UserId, Who};
use crate::accounts::Status;
use crate::app::App;
use crate::clock::Timestamp;

/// They were there before the first applicant.
const AGE: TimeDelta = TimeDelta::days(45);

/// Somebody of the staff.
#[derive(Clone, Debug)]
pub struct Member {
    pub id: UserId,
    pub staff: &'static Staff,
    /// When the account was made.
    pub since: Timestamp,
    /// Among the clients: staff come from other places than applicants.
    pub number: usize,
}

impl Member {
    #[must_use]
    pub fn who(&self) -> Who {
        Who::User { id: self.id.clone(), name: self.staff.name.to_owned() }
    }

    #[must_use]
    pub fn user_row(&self, organization: &OrganizationId, password_hash: &str, now: Timestamp) -> UserRow {
        let client = clients::of(self.number);
        UserRow {
            id: self.id.clone(),
            organization_id: organization.clone(),
            email: self.staff.address(),
            email_key: self.staff.address(),
            name: self.staff.name,
            phone: None,
            role: self.staff.role,
            status: Status::Active,
            password_hash: password_hash.to_owned(),
            must_change_password: false,
            email_verified_at: Some(self.since),
            document_verified_at: None,
            last_login_at: Some(now.minus(TimeDelta::hours(20))),
            last_login_ip: Some(client.ip),
            last_login_agent: Some(client.user_agent.to_owned()),
            created_at: self.since,
            updated_at: self.since,
        }
    }
}

/// All of the staff.
#[derive(Clone, Debug)]
pub struct Crew(Vec<Member>);

impl Crew {
    #[must_use]
    pub fn new(app: &App) -> Self {
        let member = |(index, staff): (usize, &'static Staff)| {
            let since =
                app.clock.now().minus(AGE).plus(TimeDelta::minutes(i64::try_from(index).unwrap_or_default()));
            Member { id: UserId::new(&app.random, since), staff, since, number: 100 + index }
        };
        Self(STAFF.iter().enumerate().map(member).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    #[must_use]
    pub fn reviewer(&self, reviewer: Reviewer) -> Option<&Member> {
        self.0.iter().find(|member| member.staff.local == reviewer)
    }

    #[must_use]
    pub fn id(&self, reviewer: Reviewer) -> Option<UserId> {
        self.reviewer(reviewer).map(|member| member.id.clone())
    }
}
