package io.quaymaster.traces;

import io.quaymaster.audit.Chronicle;

/** Makes spans of what a chronicle is told. It is there only where traces are wanted. */
@FunctionalInterface
public interface ChronicleTracing {
  /** A chronicle around another. */
  Chronicle around(Chronicle chronicle);
}
