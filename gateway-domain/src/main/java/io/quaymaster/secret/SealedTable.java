package io.quaymaster.secret;

/** The tables that hold sealed secrets, in a column {@code sealed_secret}. */
enum SealedTable {
  STORE(
      "store",
      "id",
      """
      select s.id as id, s.sealed_secret, t.name as tenant, s.name as name
      from store s join tenant t on t.id = s.tenant_id
      """,
      "s.id",
      "s.sealed_secret") {
    @Override
    SealPurpose purpose(String tenant, String name) {
      return SealPurpose.storeCredentials(tenant, name);
    }
  },
  TOTP(
      "account_totp",
      "account_id",
      """
      select c.account_id as id, c.sealed_secret, t.name as tenant, a.username as name
      from account_totp c join account a on a.id = c.account_id join tenant t on t.id = a.tenant_id
      """,
      "c.account_id",
      "c.sealed_secret") {
    @Override
    SealPurpose purpose(String tenant, String name) {
      return SealPurpose.totp(tenant, name);
    }
  };

  private static final String KEY_ID = "encode(substring(%s from 2 for 8), 'hex')";

  private final String table;
  private final String idColumn;
  private final String rows;
  private final String id;
  private final String secret;

  SealedTable(String table, String idColumn, String rows, String id, String secret) {
    this.table = table;
    this.idColumn = idColumn;
    this.rows = rows;
    this.id = id;
    this.secret = secret;
  }

  /** What a secret of a row was sealed for. */
  abstract SealPurpose purpose(String tenant, String name);

  /** Parameters: an array of key ids, the id behind which to go on, how many rows. */
  String rowsOfKeys() {
    return rows
        + "where "
        + KEY_ID.formatted(secret)
        + " = any(?) and %1$s > ? order by %1$s limit ?".formatted(id);
  }

  /** How many there are of each key. */
  static String census() {
    return "select key_id, count(*) as secrets from (select %s as key_id from store where sealed_secret is not null union all select %s from account_totp) s group by key_id order by key_id"
        .formatted(KEY_ID.formatted("sealed_secret"), KEY_ID.formatted("sealed_secret"));
  }

  /** Parameters: the new secret, the row's id, the secret that it must still have. */
  String exchange() {
    return "update %s set sealed_secret = ? where %s = ? and sealed_secret = ?"
        .formatted(table, idColumn);
  }
}
