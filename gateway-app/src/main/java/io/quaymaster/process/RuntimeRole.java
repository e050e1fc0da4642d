package io.quaymaster.process;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.configuration.Configuration;

/**
 * Gives the role that gateways run as what a running gateway needs of the schema, takes everything
 * else away from it, and does both at one moment, so that gateways which run meanwhile notice
 * nothing.
 *
 * <p>There are no default privileges: partitions of the audit log that gateways have made later are
 * reached through their table, where nothing can be changed.
 */
final class RuntimeRole {
  /** "grnt" in ASCII: two that grant at once would meet in PostgreSQL's catalogue. */
  private static final long LOCK = 1735552628;

  /** Tables of the audit log get their rights by {@code audit_allow} (V5), which comes last. */
  private static final String STATEMENTS =
      """
      with gateway as (select quote_ident(?) as name),
           ours as (
               select c.oid, c.relname, c.relkind, c.oid::regclass as shown,
                      c.relname like 'audit\\_%' as audit
               from pg_class c
               where c.relnamespace = (select oid from pg_namespace where nspname = current_schema())
                 and c.relkind in ('r', 'p', 'S') and pg_has_role(c.relowner, 'usage'))
      select 1, format('grant usage on schema %I to %s', current_schema(), name) from gateway
      union all
      select 2, format('revoke all on %s %s from %s', case relkind when 'S' then 'sequence' else 'table' end,
                       shown, name)
      from ours, gateway
      union all
      select 3, format('grant select on %s to %s', shown, name) from ours, gateway where relname = ?
      union all
      select 3, format('grant select, insert, update, delete on %s to %s', shown, name)
      from ours, gateway where relkind <> 'S' and not audit and relname <> ?
      union all
      select 3, format('grant usage on sequence %s to %s', shown, name)
      from ours, gateway
      where relkind = 'S' and not audit
        and not exists (select from pg_depend d where d.objid = ours.oid and d.deptype = 'i')
      union all
      select 3, format('grant execute on function %s to %s', p.oid::regprocedure, name)
      from pg_proc p, gateway
      where p.pronamespace = (select oid from pg_namespace where nspname = current_schema()) and p.prokind = 'f'
        and p.prorettype <> 'trigger'::regtype and pg_has_role(p.proowner, 'usage')
        and (p.proname not like 'audit\\_%' or p.proname = 'audit_make_partitions')
      union all
      select 4, format('select audit_allow(%L)', ?::text)
      order by 1, 2
      """;

  private RuntimeRole() {}

  /**
   * Returns what there is to say: that it is done, and what else it should know who does this.
   *
   * @param role its name, as PostgreSQL knows it
   * @throws StartupFailure there is no such role, it may do too much anyway, or we may not grant
   */
  static List<String> allow(Configuration flyway, String role) {
    try (Connection connection = flyway.getDataSource().getConnection()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
        check(connection, role);
        for (String sql : statements(connection, role, flyway.getTable())) {
          statement.execute(sql);
        }
      }
      List<String> notes = notes(connection, role);
      connection.commit();
      return notes;
    } catch (SQLException failure) {
      throw new StartupFailure(
          "The role %s was not given its rights, and nothing was changed: %s."
              .formatted(role, String.valueOf(failure.getMessage()).strip()),
          failure);
    }
  }

  private static void check(Connection connection, String role) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "select rolsuper or rolbypassrls, rolname = current_user, pg_has_role(oid,"
                + " current_user::name, 'member') from pg_roles where rolname = ?")) {
      query.setString(1, role);
      try (ResultSet found = query.executeQuery()) {
        if (!found.next()) {
          throw refused(
              role,
              "does not exist. Make it first, as an administrator of PostgreSQL: create role …"
                  + " login password '…'");
        }
        if (found.getBoolean(1)) {
          throw refused(
              role,
              "is a superuser or has BYPASSRLS, so nothing keeps it from anything. Name one without"
                  + " that.");
        }
        if (found.getBoolean(2)) {
          throw refused(
              role, "is the one that migrates, and owns the tables. Gateways need another.");
        }
        if (found.getBoolean(3)) {
          throw refused(role, "is a member of the role that migrates, and may do all that it may.");
        }
      }
    }
  }

  private static StartupFailure refused(String role, String why) {
    return new StartupFailure(
        "The role %s (QUAYMASTER_DATABASE_RUNTIME_ROLE) %s".formatted(role, why));
  }

  private static List<String> statements(Connection connection, String role, String history)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(STATEMENTS)) {
      query.setString(1, role);
      query.setString(2, history);
      query.setString(3, history);
      query.setString(4, role);
      List<String> statements = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          statements.add(rows.getString(2));
        }
      }
      return statements;
    }
  }

  /** PostgreSQL 14 and older let everybody create in the schema public. */
  private static List<String> notes(Connection connection, String role) throws SQLException {
    List<String> notes = new ArrayList<>(List.of("The role %s may run gateways.".formatted(role)));
    try (PreparedStatement query =
        connection.prepareStatement(
            "select current_schema(), has_schema_privilege(?::name, current_schema(), 'create')")) {
      query.setString(1, role);
      try (ResultSet answer = query.executeQuery()) {
        if (answer.next() && answer.getBoolean(2)) {
          notes.add(
              "It may also create tables in the schema %1$s, which no gateway does. As that schema's owner: revoke create on schema %1$s from public"
                  .formatted(answer.getString(1)));
        }
      }
    }
    return notes;
  }
}
