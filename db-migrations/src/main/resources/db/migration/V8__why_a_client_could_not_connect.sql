-- Connections that ended before anybody could authenticate, and why. The same again (fingerprint) is the same row,
-- which then stands at the top again. The application keeps the table small; see NegotiationFailures.
create table negotiation_failure (
    position             bigint generated always as identity primary key,
    -- SHA-256, hexadecimal, of all that makes two failures the same
    fingerprint          text        not null unique check (fingerprint ~ '^[0-9a-f]{64}$'),
    first_at             timestamptz not null,
    last_at              timestamptz not null,
    times                bigint      not null check (times > 0),
    listener             text        not null,
    policy               text        not null,
    source               inet        not null,
    client               text,
    code                 text        not null,
    message              text        not null,
    would_match          text[]      not null,
    -- name-lists as on the wire (RFC 4251, section 5); null: the client said nothing of algorithms
    offered_kex          text,
    offered_host_keys    text,
    offered_ciphers_in   text,
    offered_ciphers_out  text,
    offered_macs_in      text,
    offered_macs_out     text,
    listener_kex         text        not null,
    listener_host_keys   text        not null,
    listener_ciphers     text        not null,
    listener_macs        text        not null
);
create index negotiation_failure_of_source on negotiation_failure (source, position);
