package io.quaymaster.admin.resource;

import io.quaymaster.account.SshPublicKey;
import io.quaymaster.certificate.CertificateAuthority;
import io.quaymaster.certificate.KeyRevocationList;
import io.quaymaster.certificate.Revocation;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Certificate authorities in JSON. */
final class AuthorityJson {
  private AuthorityJson() {}

  /** All that a request says, checked. */
  record Checked(SshPublicKey key, String label, List<String> accounts) {}

  @Schema(name = "NewCertificateAuthority")
  record Request(
      @Schema(
              description = "One line as in the authority's .pub file.",
              requiredMode = Schema.RequiredMode.REQUIRED,
              example = "ssh-ed25519 AAAA… partners-ca")
          @Nullable String publicKey,
      @Schema(description = "For people; the key's comment if absent.", maxLength = 200)
          @Nullable String label,
      @Schema(
              description =
                  "Usernames that it may vouch for; * stands for any characters. All if absent.",
              example = "[\"ci-*\"]")
          @Nullable List<@Nullable String> accounts) {
    Checked checked() {
      FieldErrors errors = new FieldErrors();
      Fields fields = new Fields(errors);
      Optional<SshPublicKey> key = fields.required(publicKey, "publicKey", SshPublicKey::parse);
      String comment = key.map(SshPublicKey::comment).orElse("");
      int shown = Math.min(comment.length(), CertificateAuthority.MAX_LABEL);
      List<String> patterns = patterns(accounts, fields, errors);
      fields.optionalText(label, "label", CertificateAuthority.MAX_LABEL);
      errors.throwIfAny();
      return new Checked(
          key.orElseThrow(), label == null ? comment.substring(0, shown) : label, patterns);
    }
  }

  private static List<String> patterns(
      @Nullable List<@Nullable String> patterns, Fields fields, FieldErrors errors) {
    if (patterns == null) {
      return List.of("*");
    }
    if (!errors.check(
        !patterns.isEmpty() && patterns.size() <= CertificateAuthority.MAX_PATTERNS,
        "accounts",
        "must be 1 to " + CertificateAuthority.MAX_PATTERNS + " patterns")) {
      return List.of();
    }
    return fields.each(
        patterns,
        "accounts",
        p ->
            Fields.Parsed.of(
                Optional.of(p).filter(x -> CertificateAuthority.PATTERN.matcher(x).matches()),
                "must be a username, in which * stands for any characters"));
  }

  @Schema(
      name = "CertificateAuthorityPatch",
      description = "What is absent stays. The key never changes.")
  record Patch(
      @Schema(maxLength = 200) @Nullable String label, @Nullable List<@Nullable String> accounts) {
    static Patch of(CertificateAuthority authority) {
      return new Patch(
          authority.label(), authority.accounts().stream().<@Nullable String>map(a -> a).toList());
    }

    Checked checked(CertificateAuthority before) {
      FieldErrors errors = new FieldErrors();
      Fields fields = new Fields(errors);
      List<String> patterns = patterns(accounts, fields, errors);
      fields.optionalText(label, "label", CertificateAuthority.MAX_LABEL);
      errors.throwIfAny();
      return new Checked(before.key(), label == null ? "" : label, patterns);
    }
  }

  @Schema(name = "CertificateAuthority")
  record Response(
      String id,
      String label,
      String type,
      @Schema(example = "SHA256:…") String fingerprint,
      String publicKey,
      List<String> accounts,
      @Schema(description = "Serials and key ids that are revoked one by one.")
          int revokedCertificates,
      @Schema(description = "Size of the revocation list; null: there is none.")
          @Nullable Integer revocationListBytes,
      Instant createdAt,
      Instant updatedAt) {
    static Response of(CertificateAuthority authority) {
      return new Response(
          Long.toString(authority.id()),
          authority.label(),
          authority.key().type(),
          authority.key().fingerprint(),
          authority.key().text(),
          authority.accounts(),
          authority.revokedCertificates(),
          authority.revocationListBytes(),
          authority.createdAt(),
          authority.updatedAt());
    }
  }

  @Schema(name = "RevocationList")
  record Krl(
      @Schema(
              description =
                  "A binary list as ssh-keygen -k writes it, in base64; the request may have 64"
                      + " KiB.",
              requiredMode = Schema.RequiredMode.REQUIRED)
          @Nullable String krl) {
    byte[] checked() {
      FieldErrors errors = new FieldErrors();
      Optional<byte[]> bytes = new Fields(errors).required(krl, "krl", Krl::parse);
      errors.throwIfAny();
      return bytes.orElseThrow();
    }

    private static byte[] parse(String base64) {
      byte[] bytes;
      try {
        bytes = Base64.getDecoder().decode(base64);
      } catch (IllegalArgumentException notBase64) {
        throw new IllegalArgumentException("holds no valid base64", notBase64);
      }
      KeyRevocationList.parse(bytes);
      return bytes;
    }
  }

  @Schema(name = "NewRevocations", description = "Certificates that count no more.")
  record NewRevocations(
      @Schema(description = "In decimal.", maxLength = 1000, example = "[\"17\"]")
          @Nullable List<@Nullable String> serials,
      @Schema(maxLength = 1000, example = "[\"alice-laptop\"]")
          @Nullable List<@Nullable String> keyIds) {
    private static final int MAX = 1000;

    List<Revocation> checked() {
      FieldErrors errors = new FieldErrors();
      Fields fields = new Fields(errors);
      List<Revocation> all = new ArrayList<>();
      if (serials != null && few(serials, "serials", errors)) {
        all.addAll(
            fields.each(serials, "serials", s -> Fields.parsed(s, Revocation.Serial::parse)));
      }
      if (keyIds != null && few(keyIds, "keyIds", errors)) {
        all.addAll(fields.each(keyIds, "keyIds", id -> Fields.parsed(id, AuthorityJson::keyId)));
      }
      errors.check(serials != null || keyIds != null, "serials", "or keyIds is required");
      errors.throwIfAny();
      return all;
    }

    private static boolean few(List<?> list, String field, FieldErrors errors) {
      return errors.check(
          !list.isEmpty() && list.size() <= MAX, field, "must be 1 to " + MAX + " at a time");
    }
  }

  static Revocation.KeyId keyId(String text) {
    if (text.isEmpty() || text.length() > Revocation.MAX_KEY_ID || text.indexOf(0) >= 0) {
      throw new IllegalArgumentException(
          "must have 1 to " + Revocation.MAX_KEY_ID + " characters, and no NUL");
    }
    return new Revocation.KeyId(text);
  }

  @Schema(name = "Revocation", description = "One of serial and keyId.")
  record Revoked(@Nullable String serial, @Nullable String keyId, Instant createdAt) {
    static Revoked of(Revocation.Recorded recorded) {
      return switch (recorded.revocation()) {
        case Revocation.Serial serial -> new Revoked(serial.value(), null, recorded.createdAt());
        case Revocation.KeyId(String keyId) -> new Revoked(null, keyId, recorded.createdAt());
      };
    }
  }

  @Schema(name = "Revocations")
  record Revocations(List<Revoked> items) {}
}
