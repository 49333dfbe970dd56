//! The words of the outbox: ids, kinds of mail, states and priorities.

use crate::access::{Permission, Role};
use crate::{id_type, text_enum};

id_type! {
    /// A mail: one row of the outbox, one recipient.
    EmailId
}

id_type! {
    /// One try to hand a mail to a provider.
    AttemptId
}

text_enum! {
    /// What a mail says; also the name of its template files.
    TemplateKind {
        /// The link that proves that an address belongs to who registered with it.
        VerifyAddress = "verify_address",
        /// To the owner of an address that somebody tried to register again.
        ExistingAccount = "existing_account",
        Approved = "approved",
        Rejected = "rejected",
        /// One or more documents are needed again before a decision.
        Resubmission = "resubmission",
        /// The link that lets a forgotten password be replaced.
        PasswordReset = "password_reset",
        PasswordChanged = "password_changed",
        /// To the address that an account is to have from now on.
        ConfirmNewAddress = "confirm_new_address",
        /// To the address that an account had until now.
        AddressChanged = "address_changed",
        Invitation = "invitation",
        /// Too many attempts to sign in failed.
        AccountLocked = "account_locked",
        /// The first sign-in from a device.
        NewDevice = "new_device",
        SecurityAlert = "security_alert",
        MfaChanged = "mfa_changed",
        /// Staff ended sessions.
        SessionRevoked = "session_revoked",
        ApiKeyRotation = "api_key_rotation",
        ErasureScheduled = "erasure_scheduled",
        ErasureDone = "erasure_done",
    }
}

impl TemplateKind {
    /// How staff reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::VerifyAddress => "Address verification",
            Self::ExistingAccount => "Registration on an existing account",
            Self::Approved => "Registration approved",
            Self::Rejected => "Registration rejected",
            Self::Resubmission => "Document needed again",
            Self::PasswordReset => "Password reset",
            Self::PasswordChanged => "Password changed",
            Self::ConfirmNewAddress => "Confirmation of a new address",
            Self::AddressChanged => "Address changed",
            Self::Invitation => "Invitation",
            Self::AccountLocked => "Account locked",
            Self::NewDevice => "Sign-in from a new device",
            Self::SecurityAlert => "Security alert",
            Self::MfaChanged => "Sign-in factor changed",
            Self::SessionRevoked => "Sessions ended",
            Self::ApiKeyRotation => "API key replaced",
            Self::ErasureScheduled => "Account to be erased",
            Self::ErasureDone => "Account erased",
        }
    }

    /// Mail that lets somebody in, or back in: into an account, or with an address.
    #[must_use]
    pub fn lets_in(self) -> bool {
        matches!(
            self,
            Self::VerifyAddress
                | Self::Approved
                | Self::PasswordReset
                | Self::ConfirmNewAddress
                | Self::AddressChanged
                | Self::Invitation
                | Self::AccountLocked
        )
    }

    /// Mail that lets somebody in or tells that somebody else may be: worth a possible duplicate when its fate
    /// is unknown.
    #[must_use]
    pub fn is_security(self) -> bool {
        let is_notice =
            matches!(self, Self::PasswordChanged | Self::NewDevice | Self::SecurityAlert | Self::MfaChanged);
        self.lets_in() || is_notice
    }

    /// Mail that a person may switch off: useful to know, but nobody waits for it, nobody is shut out without it, and
    /// it warns of nothing. Whoever has got into an account must not be able to keep its owner from hearing of it.
    #[must_use]
    pub fn may_be_muted(self) -> bool {
        matches!(self, Self::ApiKeyRotation)
    }

    /// Does anybody with this role ever get it?
    #[must_use]
    pub fn concerns(self, role: Role) -> bool {
        self != Self::ApiKeyRotation || role.allows(Permission::ManageUsers)
    }
}

text_enum! {
    /// The language a mail is written in (BCP 47).
    Language {
        English = "en",
    }
}

text_enum! {
    /// Which mail goes first.
    Priority {
        High = "high",
        Normal = "normal",
        Low = "low",
    }
}

text_enum! {
    /// Where a mail is. Our own worker moves it up to `sent` and to the states that end it unsent; what
    /// providers report moves it on from there, and only ever upwards by [`EmailStatus::rank`].
    EmailStatus {
        /// Waits for its time, or for its next try.
        Queued = "queued",
        /// Claimed by a worker.
        Sending = "sending",
        /// Content had begun to leave when we lost sight of it: it may or may not have been accepted.
        Unknown = "unknown",
        /// Accepted by a provider.
        Sent = "sent",
        /// Given up: refused for good, or out of tries.
        Failed = "failed",
        /// Not sent because its address is on the suppression list.
        Suppressed = "suppressed",
        /// Withdrawn before it left.
        Cancelled = "cancelled",
        /// Not sent in time to be of use.
        Expired = "expired",
        /// The recipient's server put it off; the provider keeps trying.
        Deferred = "deferred",
        Delivered = "delivered",
        Bounced = "bounced",
        Complained = "complained",
    }
}

text_enum! {
    /// The states as staff asks for them.
    StatusGroup {
        Waiting = "waiting",
        Sent = "sent",
        /// Something for staff to look at.
        Problem = "problem",
        /// Deliberately not sent.
        Withheld = "withheld",
    }
}

impl StatusGroup {
    /// The states in it; every state is in exactly one group.
    #[must_use]
    pub fn members(self) -> &'static [EmailStatus] {
        use EmailStatus as S;
        match self {
            Self::Waiting => &[S::Queued, S::Sending],
            Self::Sent => &[S::Sent, S::Deferred, S::Delivered],
            Self::Problem => &[S::Failed, S::Unknown, S::Expired, S::Bounced, S::Complained],
            Self::Withheld => &[S::Suppressed, S::Cancelled],
        }
    }

    /// How staff reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Sent => "Sent",
            Self::Problem => "Problems",
            Self::Withheld => "Not sent",
        }
    }
}

text_enum! {
    /// How an attempt ended.
    Outcome {
        Accepted = "accepted",
        Transient = "transient",
        Throttled = "throttled",
        Permanent = "permanent",
        ProviderDown = "provider_down",
        MessageFault = "message_fault",
        /// Content had left, and no answer came.
        Unknown = "unknown",
        /// Its process could not write down that it was about to send, so it did not.
        NotMarked = "not_marked",
        /// Its process died before any content left.
        Lost = "lost",
    }
}

impl EmailStatus {
    /// How staff reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Sending => "Sending",
            Self::Unknown => "Unknown",
            Self::Sent => "Sent",
            Self::Failed => "Failed",
            Self::Suppressed => "Suppressed",
            Self::Cancelled => "Cancelled",
            Self::Expired => "Expired",
            Self::Deferred => "Deferred",
            Self::Delivered => "Delivered",
            Self::Bounced => "Bounced",
            Self::Complained => "Complained",
        }
    }

    /// Reports arrive late and out of order; a state is only replaced by one of higher rank.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Sending => 1,
            Self::Unknown => 2,
            Self::Sent | Self::Failed | Self::Suppressed | Self::Cancelled | Self::Expired => 3,
            Self::Deferred => 4,
            Self::Delivered => 5,
            Self::Bounced => 6,
            Self::Complained => 7,
        }
    }

    /// The state after a report says `reported`.
    #[must_use]
    pub fn after_report(self, reported: Self) -> Self {
        if reported.rank() > self.rank() { reported } else { self }
    }

    /// Whether our own part is over: nothing will be sent for this row any more.
    #[must_use]
    pub fn is_settled(self) -> bool {
        self.rank() > Self::Unknown.rank()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_status() -> impl Strategy<Value = EmailStatus> {
        proptest::sample::select(EmailStatus::ALL)
    }

    #[test]
    fn a_delivery_reported_after_a_bounce_does_not_hide_the_bounce() {
        assert_eq!(EmailStatus::Bounced.after_report(EmailStatus::Delivered), EmailStatus::Bounced);
        assert_eq!(EmailStatus::Delivered.after_report(EmailStatus::Bounced), EmailStatus::Bounced);
        assert_eq!(EmailStatus::Unknown.after_report(EmailStatus::Delivered), EmailStatus::Delivered);
    }

    #[test]
    fn every_state_is_in_exactly_one_group() {
        for status in EmailStatus::ALL {
            let groups = StatusGroup::ALL.iter().filter(|group| group.members().contains(status)).count();
            assert_eq!(groups, 1, "{status}");
        }
    }

    #[test]
    fn nothing_that_lets_somebody_in_may_be_muted() {
        for kind in TemplateKind::ALL {
            assert!(!(kind.lets_in() && kind.may_be_muted()), "{kind}");
        }
    }

    #[test]
    fn only_what_may_still_leave_is_unsettled() {
        let open: Vec<_> = EmailStatus::ALL.iter().filter(|status| !status.is_settled()).collect();
        assert_eq!(open, [&EmailStatus::Queued, &EmailStatus::Sending, &EmailStatus::Unknown]);
    }

    proptest! {
        #[test]
        fn the_rank_never_falls_whatever_is_reported(start in any_status(), reports in prop::collection::vec(any_status(), 0..20)) {
            let mut status = start;
            for report in reports {
                let next = status.after_report(report);
                prop_assert!(next.rank() >= status.rank());
                status = next;
            }
        }
    }
}
