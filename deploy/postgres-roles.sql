-- Two roles of the demonstration in docker-compose.yml, neither of them a superuser: one owns the tables and migrates, as the
-- other one gateways read and write rows. "migrate" gives the second its rights.
create role quaymaster_owner login password 'demo-owner';
alter database quaymaster owner to quaymaster_owner;
create role quaymaster login password 'demo-gateway';
