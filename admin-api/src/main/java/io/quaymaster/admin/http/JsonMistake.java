package io.quaymaster.admin.http;

import io.quaymaster.refusal.FieldError;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** What is wrong with a body, in our words: Jackson's may quote the body, passwords included. */
sealed interface JsonMistake {
  /** It is not JSON. */
  record Syntax(String text) implements JsonMistake {}

  /** It is JSON, but not of the right shape. */
  record Field(FieldError error) implements JsonMistake {}

  static JsonMistake of(JacksonException wrong) {
    boolean ofValue = wrong instanceof DatabindException || wrong instanceof InputCoercionException;
    if (!ofValue || wrong.getPath().isEmpty()) {
      return new Syntax(where(wrong));
    }
    String message =
        wrong instanceof UnrecognizedPropertyException
            ? "is not known here"
            : "is of the wrong type or out of range";
    return new Field(new FieldError(path(wrong.getPath()), message));
  }

  private static String where(JacksonException wrong) {
    TokenStreamLocation at = wrong.getLocation();
    return at == null || at.getLineNr() < 1
        ? "The body must be one JSON object."
        : "The body is not the JSON object that is expected here: line %d, column %d."
            .formatted(at.getLineNr(), at.getColumnNr());
  }

  private static String path(List<JacksonException.Reference> references) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference reference : references) {
      String name = reference.getPropertyName();
      if (name == null) {
        path.append('[').append(reference.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(name);
      }
    }
    return path.toString();
  }
}
