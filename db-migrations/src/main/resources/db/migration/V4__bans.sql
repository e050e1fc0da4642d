-- Who is not let in for a while, and from where accounts are known to come. Decisions are made in memory; these rows are
-- what the processes of a cluster tell each other, and what survives them.

create table ban (
    id          bigint generated always as identity primary key,
    -- one of the two: a network, or an account by its name. No foreign key: names that nobody has are banned alike, so
    -- that a ban does not tell which names exist.
    network     cidr,
    tenant      text,
    username    text,
    reason      text        not null check (reason in ('auth-failed', 'no-auth', 'grace-exceeded', 'crash', 'manual')),
    -- by hand: why, and whose token did it
    note        text,
    actor       text,
    -- how often it was banned before and is not forgiven yet: the next ban comes sooner and is longer
    strikes     integer     not null check (strikes >= 0),
    imposed_at  timestamptz not null,
    ends_at     timestamptz not null,
    -- when somebody lifted it: what happened before that bans nobody any more, also if it is written late
    lifted_at   timestamptz,
    constraint ban_subject_check
        check ((network is null) = (username is not null) and (tenant is null) = (username is null)),
    constraint ban_time_check check (ends_at > imposed_at or lifted_at is not null),
    constraint ban_manual_check check (reason <> 'manual' or (network is not null and note is not null and actor is not null))
);
create unique index ban_of_network on ban (network) where network is not null;
create unique index ban_of_account on ban (tenant, username) where username is not null;
create index ban_by_end on ban (ends_at);

-- Networks from which an account came in. While somebody guesses its password it is asked for only from these.
create table account_source (
    account_id       bigint      not null references account on delete cascade,
    network          cidr        not null,
    last_success_at  timestamptz not null,
    primary key (account_id, network)
);
