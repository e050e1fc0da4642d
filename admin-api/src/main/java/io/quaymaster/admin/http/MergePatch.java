package io.quaymaster.admin.http;

import io.quaymaster.refusal.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Changes as JSON merge patches (RFC 7396): what is absent stays, null takes away. */
public final class MergePatch {
  private final JsonMapper json;

  public MergePatch(JsonMapper json) {
    this.json = json;
  }

  /**
   * The patch itself.
   *
   * @throws io.quaymaster.refusal.Refusal.Invalid if it is no object
   */
  public ObjectNode read(JsonNode patch) {
    if (patch instanceof ObjectNode object) {
      return object.deepCopy();
    }
    throw FieldErrors.of("", "the body must be a JSON object");
  }

  /**
   * What a thing shall be.
   *
   * @param current as JSON shows it now
   * @throws tools.jackson.core.JacksonException naming a field that is unknown or of a wrong type,
   *     also one that the patch only takes away
   */
  public <T> T apply(T current, ObjectNode patch, Class<T> type) {
    json.treeToValue(patch, type);
    ObjectNode target = json.valueToTree(current);
    merge(target, patch);
    return json.treeToValue(target, type);
  }

  /** Names of the fields in which two things differ, for the audit log; lists as a whole. */
  public List<String> differences(Object before, Object after) {
    List<String> names = new ArrayList<>();
    compare("", json.valueToTree(before), json.valueToTree(after), names);
    return names;
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    for (var field : patch.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(field.getKey());
      } else if (value instanceof ObjectNode inner) {
        ObjectNode into =
            target.get(field.getKey()) instanceof ObjectNode known
                ? known
                : target.putObject(field.getKey());
        merge(into, inner);
      } else {
        target.set(field.getKey(), value);
      }
    }
  }

  private static void compare(
      String name, @Nullable JsonNode before, @Nullable JsonNode after, List<String> names) {
    if (before instanceof ObjectNode from && after instanceof ObjectNode to) {
      for (String field : from.propertyNames()) {
        compare(name.isEmpty() ? field : name + "." + field, from.get(field), to.get(field), names);
      }
    } else if (before == null || !before.equals(after)) {
      names.add(name);
    }
  }
}
