package io.quaymaster.audit.chain;

import io.quaymaster.audit.AuditEvent;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The lines of an export: JSON objects, each with a {@code type}. A chain is a {@code begin}, its
 * rows as {@code event}, with {@code checkpoint}s between, and an {@code end}. Threads: any.
 */
final class AuditLines {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** A line that was read. */
  sealed interface Line {
    /**
     * @param sequence of the row before the first; 0: it is the chain's beginning
     */
    record Begin(String chain, long sequence, ChainHash hash) implements Line {}

    record Event(ChainedEvent event) implements Line {}

    record Signed(Checkpoint checkpoint) implements Line {}

    /**
     * @param complete whether the chain itself ended there when it was exported
     */
    record End(String chain, long sequence, ChainHash hash, boolean complete) implements Line {}
  }

  private AuditLines() {}

  static String begin(String chain, long sequence, ChainHash hash) {
    return place("begin", chain, sequence, hash).toString();
  }

  static String end(String chain, long sequence, ChainHash hash, boolean complete) {
    return place("end", chain, sequence, hash).put("complete", complete).toString();
  }

  private static ObjectNode place(String type, String chain, long sequence, ChainHash hash) {
    return JSON.createObjectNode()
        .put("type", type)
        .put("chain", chain)
        .put("sequence", sequence)
        .put("hash", hash.toString());
  }

  static String of(ChainedEvent chained) {
    AuditEvent e = chained.event();
    ObjectNode line = place("event", chained.chain(), chained.sequence(), chained.hash());
    line.put("recordedAt", chained.recordedAt().toString())
        .put("id", e.id().toString())
        .put("at", e.at().toString())
        .put("tenant", e.tenant())
        .put("account", e.account())
        .put("actor", e.actor())
        .put("source", e.source())
        .put("sessionId", e.sessionId())
        .put("action", e.action())
        .put("outcome", e.outcome().wireName())
        .put("code", e.code())
        .put("correlationId", e.correlationId());
    ObjectNode detail = line.putObject("detail");
    new TreeMap<>(e.detail()).forEach(detail::put);
    return line.toString();
  }

  static String of(Checkpoint checkpoint) {
    return place("checkpoint", checkpoint.chain(), checkpoint.sequence(), checkpoint.hash())
        .put("kind", checkpoint.kind().wireName())
        .put("at", checkpoint.at().toString())
        .put("keyId", checkpoint.keyId())
        .put("signature", checkpoint.signature())
        .toString();
  }

  /**
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static Line parse(String text) {
    try {
      JsonNode line = JSON.readTree(text);
      return switch (string(line, "type")) {
        case "begin" -> new Line.Begin(string(line, "chain"), sequence(line), hash(line));
        case "end" ->
            new Line.End(
                string(line, "chain"),
                sequence(line),
                hash(line),
                line.path("complete").asBoolean(true));
        case "event" -> new Line.Event(event(line));
        case "checkpoint" -> new Line.Signed(checkpoint(line));
        default -> throw new IllegalArgumentException("The type of the line is unknown.");
      };
    } catch (JacksonException broken) {
      throw new IllegalArgumentException("It is no JSON object.", broken);
    }
  }

  private static ChainedEvent event(JsonNode line) {
    return new ChainedEvent(
        string(line, "chain"),
        sequence(line),
        time(line, "recordedAt"),
        hash(line),
        new AuditEvent(
            UUID.fromString(string(line, "id")),
            time(line, "at"),
            stringOrNull(line, "tenant"),
            stringOrNull(line, "account"),
            stringOrNull(line, "actor"),
            stringOrNull(line, "source"),
            stringOrNull(line, "sessionId"),
            string(line, "action"),
            AuditEvent.Outcome.valueOf(string(line, "outcome").toUpperCase(Locale.ROOT)),
            stringOrNull(line, "code"),
            stringOrNull(line, "correlationId"),
            detail(line.path("detail"))));
  }

  private static Checkpoint checkpoint(JsonNode line) {
    return new Checkpoint(
        string(line, "chain"),
        sequence(line),
        Checkpoint.Kind.ofWireName(string(line, "kind")),
        hash(line),
        time(line, "at"),
        string(line, "keyId"),
        string(line, "signature"));
  }

  /**
   * @param json an object
   * @throws IllegalArgumentException unless all its values are texts
   */
  static Map<String, String> detail(String json) {
    try {
      return detail(JSON.readTree(json));
    } catch (JacksonException broken) {
      throw new IllegalArgumentException("Its detail is no JSON object.", broken);
    }
  }

  private static Map<String, String> detail(JsonNode node) {
    Map<String, String> detail = new HashMap<>();
    if (!node.isObject()) {
      throw new IllegalArgumentException("Its detail is no JSON object.");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      detail.put(entry.getKey(), text(entry.getValue(), "detail"));
    }
    return detail;
  }

  private static String string(JsonNode line, String field) {
    return text(line.path(field), field);
  }

  private static String text(JsonNode value, String field) {
    if (!value.isString()) {
      throw new IllegalArgumentException("Its " + field + " is no text.");
    }
    return value.stringValue();
  }

  private static @Nullable String stringOrNull(JsonNode line, String field) {
    JsonNode value = line.path(field);
    return value.isNull() ? null : text(value, field);
  }

  private static long sequence(JsonNode line) {
    JsonNode value = line.path("sequence");
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw new IllegalArgumentException("Its sequence is no number.");
    }
    return value.longValue();
  }

  private static ChainHash hash(JsonNode line) {
    return ChainHash.ofHex(string(line, "hash"));
  }

  /** More digits than are hashed could be changed unseen. */
  private static Instant time(JsonNode line, String field) {
    try {
      Instant time = Instant.parse(string(line, field));
      if (time.equals(time.truncatedTo(ChronoUnit.MICROS))) {
        return time;
      }
    } catch (DateTimeException wrong) {
      throw new IllegalArgumentException("Its " + field + " is no time.", wrong);
    }
    throw new IllegalArgumentException("Its " + field + " has more than microseconds.");
  }
}
