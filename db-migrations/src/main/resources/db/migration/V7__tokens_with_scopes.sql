-- Tokens of auditors, who read and change nothing, of one tenant or of all; and tokens that may do less than their role.
alter table api_token
    drop constraint api_token_role_check,
    drop constraint api_token_check,
    add constraint api_token_role_check check (role in ('platform-admin', 'tenant-admin', 'auditor')),
    add constraint api_token_check check (role = 'auditor' or (role = 'tenant-admin') = (tenant_id is not null)),
    -- null: all that the role may do, now and in later versions. A name that a gateway does not know opens nothing there.
    add column scopes text[] check (cardinality(scopes) between 1 and 64);
