//! Registration, passwords and what an approved applicant gets.

use std::time::Duration;

use super::Reader;

crate::text_enum! {
    /// What an approved applicant is given to sign in with.
    ApprovalCredentials {
        /// A generated password in the approval mail, to be changed at the first sign-in.
        TemporaryPassword = "temporary-password",
        /// A link to set a password.
        ActivationLink = "activation-link",
        /// The password given at registration stays.
        KeepPassword = "keep-password",
    }
}

/// A page that is open renews its claim three times within its life; a shorter one would be nothing but renewals.
const SHORTEST_CLAIM: Duration = Duration::from_mins(1);

/// Cost of argon2id; the default is above OWASP's minimum (m=19 MiB, t=2, p=1).
#[derive(Clone, Copy, Debug)]
pub struct HashingConfig {
    pub memory_kib: u32,
    pub iterations: u32,
    pub lanes: u32,
    /// How many hashes are computed at the same time.
    pub parallel: usize,
    /// How many may wait; more are answered 503.
    pub queue: usize,
    /// How far hashing gives way to everything else, as in nice(2).
    pub nice: i32,
}

#[derive(Clone, Debug)]
pub struct AccountsConfig {
    /// The name of the first organization.
    pub organization_name: String,
    pub allowed_domains: Vec<String>,
    pub denied_domains: Vec<String>,
    pub hashing: HashingConfig,
    /// Failed sign-ins of one IP address (IPv6: /64 network) within 15 minutes; beyond it is 429.
    pub failures_per_ip: u32,
    /// Registrations sent from one IP address (IPv6: /64 network) within an hour; beyond it is 429.
    pub registrations_per_ip: u32,
    /// The steps that registering takes.
    pub answer_floor: Duration,
    pub approval_credentials: ApprovalCredentials,
    pub temporary_password_life: Duration,
    /// How long the link of an invite works.
    pub invite_life: Duration,
    pub claim_life: Duration,
    pub review_target: Duration,
}

impl AccountsConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let organization_name = reader.text(
            "ORGANIZATION_NAME",
            "Frontdesk",
            "Name of the first organization, shown on every page.",
        );
        let allowed_domains = reader.list(
            "EMAIL_ALLOWED_DOMAINS",
            "",
            "Domains that may register, such as example.edu; all when empty.",
            domain,
        );
        let denied_domains =
            reader.list("EMAIL_DENIED_DOMAINS", "", "Domains that may not register.", domain);
        let hashing = HashingConfig {
            memory_kib: reader.number(
                "ARGON2_MEMORY_KIB",
                19_456,
                8_192..=4_194_304,
                "Memory of one password hash, KiB.",
            ),
            iterations: reader.number("ARGON2_ITERATIONS", 2, 1..=64, "Passes of one password hash."),
            lanes: reader.number("ARGON2_LANES", 1, 1..=16, "Lanes of one password hash."),
            parallel: reader.number(
                "HASHING_PARALLEL",
                2,
                1..=64,
                "Password hashes computed at the same time.",
            ),
            queue: reader.number(
                "HASHING_QUEUE",
                64,
                1..=10_000,
                "Password hashes that may wait; more are answered 503.",
            ),
            nice: reader.number(
                "HASHING_NICE",
                19,
                0..=19,
                "How far password hashes give way to pages, as in nice(2); lower it where other programs keep all processors busy.",
            ),
        };
        let failures_per_ip = reader.number(
            "SIGN_IN_FAILURES_PER_IP",
            30,
            5..=1_000_000,
            "Failed sign-ins of one IP address in 15 minutes; more are answered 429.",
        );
        let registrations_per_ip = reader.number(
            "REGISTRATIONS_PER_IP",
            100,
            1..=1_000_000,
            "Registrations from one IP address in an hour, with mistakes or without; more are answered 429.",
        );
        let answer_floor = reader.duration(
            "ANSWER_FLOOR",
            Duration::from_millis(250),
            "Registering takes two steps of this time, or as many as it needs, so that its time does not tell who has an account.",
        );
        let approval_credentials = reader.parsed(
            "APPROVAL_CREDENTIALS",
            ApprovalCredentials::TemporaryPassword,
            "What an approved applicant gets: temporary-password, activation-link or keep-password.",
            |text| {
                ApprovalCredentials::parse(text)
                    .ok_or_else(|| "must be temporary-password, activation-link or keep-password".to_owned())
            },
        );
        let mut span =
            |name, hours: u64, help| reader.duration(name, Duration::from_secs(hours * 3_600), help);
        let temporary_password_life =
            span("TEMPORARY_PASSWORD_LIFE", 72, "A temporary password dies after this long.");
        let invite_life = span("INVITE_LIFE", 7 * 24, "The link of an invite dies after this long.");
        let review_target = span("REVIEW_TARGET", 24, "A case is due this long after it was submitted.");
        let claim_life = reader.duration_from(
            "CLAIM_LIFE",
            Duration::from_mins(15),
            SHORTEST_CLAIM,
            "A reviewer holds a case for this long after the last sign of life.",
        );
        Self {
            organization_name,
            allowed_domains,
            denied_domains,
            hashing,
            failures_per_ip,
            registrations_per_ip,
            answer_floor,
            approval_credentials,
            temporary_password_life,
            invite_life,
            claim_life,
            review_target,
        }
    }

    /// May an address of this domain register?
    #[must_use]
    pub fn domain_may_register(&self, domain: &str) -> bool {
        let domain = domain.to_lowercase();
        let within = |listed: &String| domain == *listed || domain.ends_with(&format!(".{listed}"));
        !self.denied_domains.iter().any(within)
            && (self.allowed_domains.is_empty() || self.allowed_domains.iter().any(within))
    }
}

fn domain(text: &str) -> Result<String, String> {
    let domain = text.trim_start_matches('@').to_lowercase();
    if domain.is_empty() || domain.contains('@') || domain.contains(char::is_whitespace) {
        return Err("is no domain: write it as example.edu".to_owned());
    }
    Ok(domain)
}
