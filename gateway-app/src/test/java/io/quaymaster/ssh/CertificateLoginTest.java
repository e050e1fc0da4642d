package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSH user certificates, made by ssh-keygen: what lets in, and what must not. */
class CertificateLoginTest {
  private static final String ALICE = "alice@acme";
  private static final String[] GOOD = {"-n", ALICE, "-z", "17"};

  private final LogWatch log = new LogWatch();
  private TestGateway gateway;
  private TestAccount alice;
  private OpenSshKeys authority;

  /** A key that the gateway has never seen. */
  private OpenSshKeys key;

  @BeforeEach
  void start() {
    gateway = TestGateway.start();
    alice = gateway.account(ALICE).create();
    authority = keys("ed25519");
    key = keys("ed25519");
    trust(authority, "acme", "*");
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    log.sawNoError();
    log.close();
    gateway.close();
  }

  private OpenSshKeys keys(String type) {
    return OpenSshKeys.generate(gateway.scratch("certified"), type);
  }

  private void trust(OpenSshKeys ca, String tenant, String accounts) {
    gateway
        .jdbc()
        .sql(
            "insert into certificate_authority (tenant_id, label, key_type, public_key,"
                + " fingerprint, accounts, created_at, updated_at) select id, 'ca', 'x', ?, ?, ?,"
                + " now(), now() from tenant where name = ?")
        .param(ca.publicKey())
        .param(ca.fingerprint())
        .param(new String[] {accounts})
        .param(tenant)
        .update();
  }

  private OpenSsh client(OpenSshKeys by) {
    return new OpenSsh(gateway.port(), ALICE, gateway.scratch("client")).withKey(by);
  }

  private void comesIn(String... options) {
    TestCertificate.sign(authority, key, options);
    client(key).sftp("ls").succeeds();
    assertThat(gateway.logins("alice")).last().isEqualTo("login ok -");
  }

  private void isRefused(String reason, String... options) {
    isRefused(reason, TestCertificate.sign(authority, key, options));
    client(key).sftp("ls").fails("Permission denied");
  }

  /** Whoever holds the key and offers this certificate. */
  private void isRefused(String reason, TestCertificate certificate) {
    assertThat(
            new RawLogin(gateway, ALICE)
                .probe(ALICE, certificate)
                .sign(ALICE, certificate, key)
                .play())
        .as(reason)
        .containsExactly(RawLogin.NO, RawLogin.NO);
    await()
        .untilAsserted(
            () -> assertThat(gateway.logins("alice")).last().isEqualTo("login refused " + reason));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
  void aCertificateOfATrustedAuthorityLetsIn(String type) {
    key = keys(type);
    comesIn(GOOD);
    assertThat(log.lines())
        .anyMatch(line -> line.contains("certificate test (serial 17) of key " + fingerprint()));
  }

  private String fingerprint() {
    return key.fingerprint();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ecdsa", "rsa"})
  void authoritiesHaveOtherKeysToo(String type) {
    authority = keys(type);
    trust(authority, "acme", "*");
    comesIn(GOOD);
  }

  @Test
  void theUsernameAloneIsAPrincipalToo() {
    comesIn("-n", "bob,alice");
  }

  @Test
  void aCertificateIsOneStepOfAChain() {
    alice.change("auth_methods = '{\"publickey,password\"}'");
    TestCertificate certificate = TestCertificate.sign(authority, key, GOOD);
    assertThat(
            new RawLogin(gateway, ALICE)
                .probe(ALICE, certificate)
                .sign(ALICE, certificate, key)
                .password(ALICE, TestAccount.PASSWORD)
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, "no: password (partial)", RawLogin.IN);
  }

  @Test
  void aKeyAndItsCertificateAreNotTwo() {
    alice.change("auth_methods = '{\"publickey,publickey\"}'");
    TestCertificate certificate = TestCertificate.sign(authority, alice.key(), GOOD);
    assertThat(
            new RawLogin(gateway, ALICE)
                .sign(ALICE, alice.key())
                .sign(ALICE, certificate, alice.key())
                .play())
        .containsExactly("no: publickey (partial)", "no: publickey");
  }

  @Test
  void theKeyWithoutItsCertificateIsNothing() {
    TestCertificate.sign(authority, key, GOOD);
    assertThat(new RawLogin(gateway, ALICE).probe(ALICE, key).play()).containsExactly(RawLogin.NO);
  }

  @Test
  void theCertificateWithoutItsKeyIsNothing() {
    TestCertificate certificate = TestCertificate.sign(authority, key, GOOD);
    assertThat(
            new RawLogin(gateway, ALICE)
                .probe(ALICE, certificate)
                .sign(ALICE, certificate, keys("ed25519"))
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.NO);
    await()
        .untilAsserted(
            () ->
                assertThat(gateway.audit("alice"))
                    .containsExactly("login refused WRONG_SIGNATURE"));
  }

  @Test
  void othersNamesAreRefused() {
    for (String names : List.of("bob@acme", "alice@globex", "ALICE", "alice@acme ", "root,*")) {
      isRefused("CERTIFICATE_WRONG_PRINCIPAL", "-n", names);
    }
    isRefused("CERTIFICATE_WRONG_PRINCIPAL");
  }

  @Test
  void itsTimeIsItsTime() {
    isRefused("CERTIFICATE_EXPIRED", "-n", ALICE, "-V", "20200101:20210101");
    isRefused("CERTIFICATE_NOT_YET_VALID", "-n", ALICE, "-V", "20900101:20910101");
    gateway.doorClock().stopAt(Instant.parse("2090-06-01T00:00:00Z"));
    comesIn("-n", ALICE, "-V", "20900101:20910101");
  }

  @Test
  void anotherAuthorityIsNobody() {
    authority = keys("ed25519");
    isRefused("UNKNOWN_AUTHORITY", GOOD);
  }

  @Test
  void anotherTenantsAuthorityIsNobody() {
    gateway.account("eve@globex").create();
    authority = keys("ed25519");
    trust(authority, "globex", "*");
    isRefused("UNKNOWN_AUTHORITY", GOOD);
  }

  @Test
  void anAuthorityVouchesForItsOwnAccountsOnly() {
    authority = keys("ed25519");
    trust(authority, "acme", "ci-*");
    isRefused("AUTHORITY_NOT_ALLOWED", GOOD);
  }

  @Test
  void whoChangesAByteHasNoSignature() {
    TestCertificate certificate = TestCertificate.sign(authority, key, GOOD);
    // In the authority's signature, which is at the end.
    isRefused("CERTIFICATE_NOT_SIGNED", certificate.withChangedByte(certificate.blob().length - 1));
    // In the nonce, which is after the type.
    isRefused("CERTIFICATE_NOT_SIGNED", certificate.withChangedByte(48));
  }

  @Test
  void aHostsCertificateIsNoUsers() {
    isRefused("CERTIFICATE_NOT_FOR_USERS", "-h", "-n", ALICE);
  }

  @Test
  void criticalOptionsAreObeyedOrRefused() {
    comesIn("-n", ALICE, "-O", "source-address=127.0.0.0/8,192.0.2.0/24");
    isRefused("CERTIFICATE_SOURCE_NOT_ALLOWED", "-n", ALICE, "-O", "source-address=192.0.2.0/24");
    isRefused(
        "CERTIFICATE_UNKNOWN_OPTION", "-n", ALICE, "-O", "critical:four-eyes@example.com=yes");
    isRefused("CERTIFICATE_UNKNOWN_OPTION", "-n", ALICE, "-O", "verify-required");
    isRefused("CERTIFICATE_COMMAND_NOT_SERVED", "-n", ALICE, "-O", "force-command=/bin/sh");
    isRefused(
        "CERTIFICATE_COMMAND_NOT_SERVED", "-n", ALICE, "-O", "force-command=internal-sftp -R");
  }

  @Test
  void sftpForcedIsSftpOnly() {
    TestCertificate.sign(authority, key, "-n", ALICE, "-O", "force-command=internal-sftp");
    OpenSsh client = client(key);
    client.write("a", 10);
    client.sftp("put a").succeeds();
    client.scp("-O", "a", "quay:b").fails();
    assertThat(alice.file("b")).doesNotExist();
  }

  @Test
  void revokedBySerialOrKeyId() {
    revoke("serial", "17");
    isRefused("CERTIFICATE_REVOKED", GOOD);
    comesIn("-n", ALICE, "-z", "18");
    revoke("key-id", "test");
    isRefused("CERTIFICATE_REVOKED", "-n", ALICE, "-z", "18");
  }

  private void revoke(String kind, String value) {
    gateway
        .jdbc()
        .sql(
            "insert into certificate_revocation (authority_id, kind, value, created_at)"
                + " select id, ?, ?, now() from certificate_authority")
        .params(kind, value)
        .update();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"serial: 17", "serial: 10-20", "serial: 1\nserial: 3\nserial: 17", "id: test"})
  void revokedByAList(String specification) throws IOException {
    comesIn(GOOD);
    useList(specification, "-s", authority.file() + ".pub");
    isRefused("CERTIFICATE_REVOKED", GOOD);
    key = keys("ed25519");
    comesIn("-n", ALICE, "-z", "21", "-I", "other");
  }

  @Test
  void revokedByItsKey() throws IOException {
    for (String kind : List.of("", "sha1: ", "sha256: ", "hash: ")) {
      comesIn(GOOD);
      useList(kind + (kind.equals("hash: ") ? fingerprint() : key.publicKey()));
      isRefused("CERTIFICATE_REVOKED", GOOD);
      key = keys("ed25519");
    }
  }

  @Test
  void revokedWithItsAuthority() throws IOException {
    useList(authority.publicKey());
    isRefused("CERTIFICATE_REVOKED", GOOD);
  }

  /** A list as ssh-keygen makes it. */
  private void useList(String specification, String... options) throws IOException {
    Path folder = Files.createDirectories(gateway.scratch("krl"));
    Path list = folder.resolve("list");
    Path spec = Files.writeString(folder.resolve("spec"), specification + "\n");
    List<String> line = new ArrayList<>(List.of("ssh-keygen", "-q", "-k", "-f"));
    line.add(list.toString());
    line.addAll(List.of(options));
    line.add(spec.toString());
    TestCertificate.run(line);
    gateway
        .jdbc()
        .sql("update certificate_authority set krl = ?")
        .param(Files.readAllBytes(list))
        .update();
  }

  @Test
  void aListThatCannotBeReadLetsNobodyIn() {
    gateway.jdbc().sql("update certificate_authority set krl = 'nonsense'::bytea").update();
    isRefused("UNAVAILABLE", GOOD);
  }
}
