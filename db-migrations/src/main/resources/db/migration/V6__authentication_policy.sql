-- Which proofs let an account in: methods and their chains, hours, passwords that age and overlap, codes, keys that may
-- less than their account, and certificates. What an account leaves null, its tenant says; what that leaves null, the gateway.

alter table tenant
    -- each a chain as in sshd_config's AuthenticationMethods, for example 'publickey,password'
    add column auth_methods            text[]  check (cardinality(auth_methods) between 1 and 16),
    add column access_zone             text,
    -- for example 'mon-fri 08:00-18:00', in that zone
    add column access_windows          text[]  check (cardinality(access_windows) between 1 and 32),
    add column password_min_length     integer check (password_min_length between 1 and 128),
    add column password_max_age_days   integer check (password_max_age_days between 1 and 3650),
    add constraint tenant_access_check check ((access_zone is null) = (access_windows is null));

alter table account
    add column auth_methods            text[]  check (cardinality(auth_methods) between 1 and 16),
    add column access_zone             text,
    add column access_windows          text[]  check (cardinality(access_windows) between 1 and 32),
    add column password_expires_at     timestamptz,
    -- the password before this one, for as long as both let in
    add column previous_password_hash  text,
    add column previous_password_until timestamptz,
    add constraint account_access_check check ((access_zone is null) = (access_windows is null)),
    add constraint account_previous_password_check check (
        (previous_password_hash is null) = (previous_password_until is null));

alter table account_key
    add column read_only  boolean not null default false,
    -- null: all that the account sees
    add column directory  text    check (directory like '/%');

-- An authenticator app's secret (RFC 6238). It counts once a code of it was shown.
create table account_totp (
    account_id     bigint      primary key references account on delete cascade,
    -- sealed with a key that is not in the database
    sealed_secret  bytea       not null,
    created_at     timestamptz not null,
    confirmed_at   timestamptz,
    -- the step of the last code that was taken: neither it nor an older one is taken again
    last_step      bigint,
    -- how many codes were tried in a step, so that they cannot be guessed
    tries_step     bigint      not null default 0,
    tries          integer     not null default 0 check (tries >= 0)
);

-- Each lets in once, in the place of a code. SHA-256: they have 80 random bits, so a slow hash would add nothing.
create table account_recovery_code (
    account_id  bigint      not null references account_totp on delete cascade,
    code_hash   bytea       not null check (octet_length(code_hash) = 32),
    used_at     timestamptz,
    primary key (account_id, code_hash)
);

-- Who may sign user certificates (OpenSSH's PROTOCOL.certkeys) for a tenant's accounts.
create table certificate_authority (
    id           bigint generated always as identity primary key,
    tenant_id    bigint      not null references tenant on delete cascade,
    label        text        not null,
    key_type     text        not null,
    public_key   text        not null,
    fingerprint  text        not null,
    -- usernames that it may vouch for; * stands for any characters
    accounts     text[]      not null check (cardinality(accounts) between 1 and 64),
    -- a binary key revocation list (OpenSSH's PROTOCOL.krl); null: none
    krl          bytea       check (octet_length(krl) between 1 and 1048576),
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    unique (tenant_id, fingerprint)
);

-- Certificates that count no more, one by one; beside those in the revocation list.
create table certificate_revocation (
    authority_id  bigint      not null references certificate_authority on delete cascade,
    kind          text        not null check (kind in ('serial', 'key-id')),
    -- a serial in decimal (0 to 2^64-1), or a key id
    value         text        not null check (length(value) between 1 and 1024),
    created_at    timestamptz not null,
    primary key (authority_id, kind, value)
);
