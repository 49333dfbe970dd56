//! Where a request comes from, and whether it was meant for us.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

use crate::app::App;
use crate::config::Networks;
use crate::error::AppError;

/// The sender of a request, as far as it can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub ip: IpAddr,
    pub user_agent: String,
}

impl Default for Client {
    fn default() -> Self {
        Self { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), user_agent: String::new() }
    }
}

/// Longer user agents are cut; no browser's is.
const MAX_USER_AGENT: usize = 400;

/// Finds the client's address: from the right of `X-Forwarded-For` the first that is no trusted proxy.
#[must_use]
pub fn address(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    let mut address = peer.to_canonical();
    if !trusted.contains(address) {
        return address;
    }
    let values = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        let Ok(parsed) = hop.parse::<IpAddr>() else { break };
        address = parsed.to_canonical();
        if !trusted.contains(address) {
            break;
        }
    }
    address
}

/// Is `host` (as in the `Host` header) one we answer to? Links are never built from it, but a page
/// that a foreign name points at must not act for it.
fn is_our_host(host: &str, app: &App) -> bool {
    if let Some(configured) = &app.config.http.app_url {
        return configured.authority().eq_ignore_ascii_case(host)
            || configured.host_str().is_some_and(|name| name.eq_ignore_ascii_case(host));
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok() || host.parse::<IpAddr>().is_ok()
}

/// Probes name an instance by its address, whatever it is called outside.
fn is_probe(path: &str) -> bool {
    path == "/health" || path.starts_with("/health/") || path == "/metrics"
}

/// Middleware: puts the [`Client`] into the request and refuses a host that is not ours.
pub async fn identify<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
        return Err(AppError::internal("the application is not set up").into());
    };
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let ip = address(peer, request.headers(), &app.config.http.trusted_proxies);
    let user_agent = request.headers().get(header::USER_AGENT);
    let user_agent = user_agent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let user_agent = user_agent.unwrap_or_default().chars().take(MAX_USER_AGENT).collect();
    request.extensions_mut().insert(Client { ip, user_agent });
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(actix_web::http::uri::Authority::as_str));
    if !is_probe(request.path()) && !host.is_some_and(|host| is_our_host(host, &app)) {
        let error = AppError::bad_request("unknown_host", "This address is not served here; check the link.");
        return Ok(request.error_response(error).map_into_right_body());
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn forwarded(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(value));
        headers
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_cannot_choose_an_address_by_header() {
        let trusted = Networks::new(vec!["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(address(ip("203.0.113.9"), &forwarded("1.2.3.4"), &trusted), ip("203.0.113.9"));
    }

    #[test]
    fn behind_proxies_the_last_address_before_them_counts() {
        let trusted = Networks::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let headers = forwarded("1.2.3.4, 198.51.100.7, 10.0.0.2");
        assert_eq!(address(ip("10.0.0.1"), &headers, &trusted), ip("198.51.100.7"));
    }

    #[test]
    fn a_hop_that_is_no_address_ends_the_search() {
        let trusted = Networks::new(vec!["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(address(ip("10.0.0.1"), &forwarded("1.2.3.4, junk"), &trusted), ip("10.0.0.1"));
    }
}
