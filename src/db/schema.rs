//! The tables, one description for both engines. A test compares it with both databases.

diesel::table! {
    organizations (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        allow_resubmission -> Bool,
        mask_until_claimed -> Bool,
        created_at -> Timestamp,
        staff_mfa_required -> Bool,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        organization_id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        phone -> Nullable<Text>,
        role -> Text,
        status -> Text,
        password_hash -> Nullable<Text>,
        password_expires_at -> Nullable<Timestamp>,
        must_change_password -> Bool,
        email_verified_at -> Nullable<Timestamp>,
        document_verified_at -> Nullable<Timestamp>,
        last_login_at -> Nullable<Timestamp>,
        last_login_ip -> Nullable<Text>,
        last_login_agent -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        mfa_since -> Nullable<Timestamp>,
        password_changed_at -> Nullable<Timestamp>,
        locked_until -> Nullable<Timestamp>,
        erase_at -> Nullable<Timestamp>,
        erased_at -> Nullable<Timestamp>,
        banned_from -> Nullable<Text>,
    }
}

diesel::table! {
    one_time_tokens (id) {
        id -> Text,
        organization_id -> Text,
        user_id -> Nullable<Text>,
        purpose -> Text,
        hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        replaced_at -> Nullable<Timestamp>,
        issued_ip -> Nullable<Text>,
        issued_agent -> Nullable<Text>,
        used_ip -> Nullable<Text>,
        used_agent -> Nullable<Text>,
        subject -> Nullable<Text>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        organization_id -> Text,
        user_id -> Text,
        kind -> Text,
        hash -> Text,
        state -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        idle_seconds -> BigInt,
        ip -> Text,
        user_agent -> Text,
        device -> Text,
        ended_at -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
        factor_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
        revocation_id -> Nullable<Text>,
        country -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Text,
        session_id -> Text,
        hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        spent_at -> Nullable<Timestamp>,
        successor_id -> Nullable<Text>,
        issued_ip -> Nullable<Text>,
        issued_agent -> Nullable<Text>,
        spent_ip -> Nullable<Text>,
        spent_agent -> Nullable<Text>,
        replayed_at -> Nullable<Timestamp>,
        reused_at -> Nullable<Timestamp>,
        reused_ip -> Nullable<Text>,
        reused_agent -> Nullable<Text>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        sealed_seed -> Text,
        public_key -> Text,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        organization_id -> Text,
        name -> Text,
        handle -> Text,
        hash -> Text,
        scopes -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        last_used_ip -> Nullable<Text>,
        replaced_at -> Nullable<Timestamp>,
        successor_id -> Nullable<Text>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    idempotency_keys (id) {
        id -> Text,
        actor -> Text,
        key -> Text,
        operation -> Text,
        body_hash -> Text,
        created_at -> Timestamp,
        status -> Nullable<BigInt>,
        sealed_answer -> Nullable<Text>,
    }
}

diesel::table! {
    invites (id) {
        id -> Text,
        organization_id -> Text,
        email -> Text,
        email_key -> Text,
        role -> Text,
        name -> Nullable<Text>,
        invited_by -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        user_id -> Nullable<Text>,
        revoked_at -> Nullable<Timestamp>,
        sends -> BigInt,
        sent_at -> Timestamp,
        batch_id -> Nullable<Text>,
    }
}

diesel::table! {
    invite_batches (id) {
        id -> Text,
        organization_id -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        file_name -> Text,
        confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    invite_batch_rows (id) {
        id -> Text,
        batch_id -> Text,
        line -> BigInt,
        email -> Text,
        role -> Text,
        name -> Text,
        verdict -> Text,
        same_as -> Nullable<BigInt>,
    }
}

diesel::table! {
    rate_limit_hits (id) {
        id -> Text,
        bucket -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    sign_in_failures (id) {
        id -> Text,
        bucket -> Text,
        user_id -> Nullable<Text>,
        at -> Timestamp,
        reason -> Text,
        network -> Text,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        cleared_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    account_locks (id) {
        id -> Text,
        bucket -> Text,
        user_id -> Nullable<Text>,
        locked_at -> Timestamp,
        until -> Timestamp,
        failures -> BigInt,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        told_at -> Nullable<Timestamp>,
        cleared_at -> Nullable<Timestamp>,
        cleared_how -> Nullable<Text>,
        cleared_by -> Nullable<Text>,
    }
}

diesel::table! {
    known_devices (id) {
        id -> Text,
        user_id -> Text,
        kind -> Text,
        key_hash -> Text,
        device -> Text,
        ip -> Nullable<Text>,
        first_seen_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    notifications (id) {
        id -> Text,
        organization_id -> Text,
        user_id -> Text,
        kind -> Text,
        severity -> Text,
        title -> Text,
        message -> Text,
        data -> Text,
        link -> Nullable<Text>,
        created_at -> Timestamp,
        read_at -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Text,
        organization_id -> Text,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        actor_name -> Text,
        action -> Text,
        target_kind -> Text,
        target_id -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        reason -> Nullable<Text>,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    verification_cases (id) {
        id -> Text,
        organization_id -> Text,
        applicant_id -> Text,
        state -> Text,
        version -> BigInt,
        declared_kind -> Text,
        declared_number -> Nullable<Text>,
        declared_country -> Nullable<Text>,
        declared_expiry -> Nullable<Date>,
        claimed_by -> Nullable<Text>,
        claim_expires_at -> Nullable<Timestamp>,
        submitted_at -> Timestamp,
        due_at -> Timestamp,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        reason_code -> Nullable<Text>,
        message -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    documents (id) {
        id -> Text,
        organization_id -> Text,
        case_id -> Text,
        user_id -> Text,
        kind -> Text,
        state -> Text,
        position -> BigInt,
        file_name -> Text,
        content_type -> Text,
        size -> BigInt,
        pages -> Nullable<BigInt>,
        sha256 -> Text,
        original_file -> Text,
        rendition_file -> Nullable<Text>,
        rendition_type -> Nullable<Text>,
        sealed_key -> Text,
        reason_code -> Nullable<Text>,
        reviewed_by -> Nullable<Text>,
        reviewed_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    jobs (name) {
        name -> Text,
        next_run_at -> Timestamp,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        last_run_at -> Nullable<Timestamp>,
        last_outcome -> Nullable<Text>,
        last_duration_ms -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        failures -> BigInt,
    }
}

diesel::table! {
    emails (id) {
        id -> Text,
        organization_id -> Text,
        user_id -> Nullable<Text>,
        kind -> Text,
        language -> Text,
        priority -> Text,
        status -> Text,
        sender -> Text,
        sender_name -> Nullable<Text>,
        recipient -> Text,
        recipient_name -> Nullable<Text>,
        subject -> Text,
        message_id -> Text,
        headers -> Text,
        data -> Text,
        sealed_secret -> Nullable<Text>,
        idempotency_key -> Nullable<Text>,
        fingerprint -> Text,
        not_before -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        next_attempt_at -> Nullable<Timestamp>,
        tries -> BigInt,
        claim_id -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        transmission_began_at -> Nullable<Timestamp>,
        provider -> Nullable<Text>,
        provider_message_id -> Nullable<Text>,
        last_reply -> Nullable<Text>,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    email_attempts (id) {
        id -> Text,
        email_id -> Text,
        provider -> Text,
        instance -> Text,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        reply -> Nullable<Text>,
        duration_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    captured_messages (email_id) {
        email_id -> Text,
        sealed_content -> Text,
        size -> BigInt,
        captured_at -> Timestamp,
    }
}

diesel::table! {
    totp_secrets (user_id) {
        user_id -> Text,
        sealed_secret -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamp>,
        last_step -> Nullable<BigInt>,
        sealed_pending -> Nullable<Text>,
        pending_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (id) {
        id -> Text,
        user_id -> Text,
        hash -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        credential_id -> Text,
        credential -> Text,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    mfa_challenges (id) {
        id -> Text,
        purpose -> Text,
        user_id -> Nullable<Text>,
        hash -> Text,
        sealed_state -> Nullable<Text>,
        tries -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    email_preferences (user_id, kind) {
        user_id -> Text,
        kind -> Text,
        muted_at -> Timestamp,
    }
}

diesel::table! {
    password_reset_requests (id) {
        id -> Text,
        email_key -> Text,
        requested_at -> Timestamp,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    email_codes (user_id) {
        user_id -> Text,
        mac -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        tries -> BigInt,
    }
}

diesel::table! {
    address_changes (id) {
        id -> Text,
        organization_id -> Text,
        user_id -> Text,
        old_email -> Text,
        old_email_key -> Text,
        new_email -> Text,
        requested_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        undo_until -> Nullable<Timestamp>,
        undone_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    revocations (id) {
        id -> Text,
        organization_id -> Text,
        requested_by -> Nullable<Text>,
        requester_name -> Text,
        scope -> Text,
        selection -> Text,
        fingerprint -> Text,
        listed -> Bool,
        reason -> Text,
        state -> Text,
        matched -> BigInt,
        revoked -> BigInt,
        users -> BigInt,
        cutoff -> Timestamp,
        progress -> Text,
        error -> Nullable<Text>,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        requested_by_key -> Nullable<Text>,
        awaits_confirmation -> Bool,
    }
}

diesel::table! {
    revocation_lines (id) {
        id -> Text,
        revocation_id -> Text,
        line -> BigInt,
        text -> Text,
        user_id -> Nullable<Text>,
        outcome -> Text,
        revoked -> BigInt,
    }
}

diesel::joinable!(verification_cases -> users (applicant_id));
diesel::joinable!(documents -> verification_cases (case_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(api_keys -> organizations (organization_id));
diesel::joinable!(api_keys -> users (created_by));
diesel::joinable!(email_attempts -> emails (email_id));
diesel::joinable!(captured_messages -> emails (email_id));
diesel::joinable!(users -> organizations (organization_id));

diesel::allow_tables_to_appear_in_same_query!(
    organizations,
    users,
    one_time_tokens,
    sessions,
    refresh_tokens,
    signing_keys,
    api_keys,
    idempotency_keys,
    invites,
    invite_batches,
    invite_batch_rows,
    rate_limit_hits,
    sign_in_failures,
    account_locks,
    known_devices,
    notifications,
    totp_secrets,
    recovery_codes,
    passkeys,
    mfa_challenges,
    audit_entries,
    verification_cases,
    documents,
    emails,
    email_attempts,
    captured_messages,
    email_preferences,
    jobs,
    password_reset_requests,
    email_codes,
    address_changes,
    revocations,
    revocation_lines,
);
