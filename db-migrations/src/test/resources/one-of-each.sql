-- One valid row in every table, so that a test can break one rule at a time.
insert into tenant (name, display_name, created_at, updated_at, version)
values ('acme', 'Acme Ltd', now(), now(), 0);

insert into store (tenant_id, name, type, path, created_at, version)
select id, 'main', 'local', 'acme', now(), 0 from tenant;

insert into store (tenant_id, name, type, bucket, prefix, region, endpoint, path_style, credentials, access_key_id,
                   sealed_secret, encryption, kms_key_id, storage_class, checksums, conditional_put,
                   conditional_complete, conditional_copy, exact_listings, created_at, version)
select id, 'lake', 's3', 'b', 'in/', 'eu-central-1', 'https://s3.example:9000', true, 'keys', 'AKIA',
       '\x01', 'kms', 'key', 'STANDARD_IA', true, true, false, true, true, now(), 0 from tenant;

insert into account (tenant_id, username, status, home_store_id, home_path, permissions, protocols, sources, publish,
                     sftp_read_only, sftp_deny_requests, created_at, updated_at, version)
select tenant_id, 'alice', 'active', id, 'partners/alice', '{list,read}', '{sftp}', '{}', 'immediate',
       false, '{}', now(), now(), 0 from store where name = 'main';

insert into account_mount (account_id, position, path, store_id, prefix, permissions)
select id, 0, '/lake', home_store_id, 'lake', '{list}' from account;

insert into account_key (account_id, key_type, public_key, fingerprint, label, sources, created_at)
select id, 'ssh-ed25519', 'AAAA', 'SHA256:x', 'laptop', '{}', now() from account;

insert into api_token (name, token_hash, role, created_at) values ('root', '\x01', 'platform-admin', now());

insert into quota_scope (tenant_id) select id from tenant;
insert into quota_scope (tenant_id, store_id, path) select tenant_id, id, 'partners/alice' from store where name = 'main';

insert into gateway_process (id, started_at, heartbeat_at) values (gen_random_uuid(), now(), now());

insert into quota_lease (scope_id, process_id, bytes, files)
select s.id, p.id, 0, 0 from quota_scope s, gateway_process p;

insert into upload (id, store_id, key, directory, target, multipart_id, mode, accessed_seconds, modified_seconds,
                    size_bytes, tail)
select gen_random_uuid(), id, 'in/.a', 'in', 'in/a', 'm', 420, 1, 1, 3, '\x00ff' from store where type = 's3';

insert into upload_part (upload_id, number, size_bytes, etag) select id, 1, 1, 'e' from upload;

insert into directory_move (id, store_id, source, target, phase, process_id)
select gen_random_uuid(), s.id, 'a', 'b', 'copying', p.id from store s, gateway_process p where s.type = 's3';

insert into transfer (uid, tenant, account, session_id, source, protocol, direction, store, path, bytes, outcome,
                      correlation_id, started_at, ended_at)
values (gen_random_uuid(), 'acme', 'alice', 's', '192.0.2.1', 'sftp', 'upload', 'main', '/a', 1, 'completed',
        'abcdefgh', now(), now());

insert into negotiation_failure (fingerprint, first_at, last_at, times, listener, policy, source, code, message,
                                 would_match, listener_kex, listener_host_keys, listener_ciphers, listener_macs)
values (repeat('0', 64), now(), now(), 1, 'main', 'modern', '192.0.2.1', 'HANDSHAKE_TIMEOUT', 'Too slow.', '{}', 'k',
        'h', 'c', 'm');
insert into ban (network, reason, note, actor, strikes, imposed_at, ends_at)
values ('203.0.113.0/24', 'manual', 'scanner', 'root', 0, now(), now() + interval '1 hour');
insert into ban (tenant, username, reason, strikes, imposed_at, ends_at)
values ('acme', 'alice', 'auth-failed', 1, now(), now() + interval '1 minute');

insert into account_source (account_id, network, last_success_at) select id, '192.0.2.1/32', now() from account;
insert into account_totp (account_id, sealed_secret, created_at) select id, '\x01', now() from account;

insert into account_recovery_code (account_id, code_hash) select account_id, sha256('a') from account_totp;

insert into certificate_authority (tenant_id, label, key_type, public_key, fingerprint, accounts, created_at, updated_at)
select id, 'ca', 'ssh-ed25519', 'AAAA', 'SHA256:ca', '{*}', now(), now() from tenant;

insert into certificate_revocation (authority_id, kind, value, created_at)
select id, 'serial', '7', now() from certificate_authority;
insert into audit_event (chain, sequence, recorded_at, hash, uid, at, action, outcome, detail)
values ('', 1, now(), sha256('x'), gen_random_uuid(), now(), 'login', 'ok', '{}');
insert into audit_checkpoint (chain, sequence, kind, hash, at, key_id, signature)
values ('', 1, 'regular', sha256('x'), now(), 'k', sha512('x'));

insert into live_session (id, process_id, tenant_id, account_id, source, client_version, credential, key_ids,
                          authority_ids, protocols, started_at, last_active_at, bytes_received, bytes_sent)
select 's', p.id, a.tenant_id, a.id, '192.0.2.1', 'SSH-2.0-x', 'password', '{}', '{}', '{sftp}', now(), now(), 0, 0
from gateway_process p, account a;
insert into cluster_notice (tenant_id, kind, payload, kept_until)
select id, 'end_sessions', 'account 1 0 it was suspended', now() + interval '1 hour' from tenant;
insert into bandwidth (tenant_id, direction, free_at, turn, takers) select id, 'up', now(), 1, '{}' from tenant;
insert into bandwidth (tenant_id, account_id, direction, free_at, turn, takers)
select tenant_id, id, 'up', now(), 1, '{}' from account;
