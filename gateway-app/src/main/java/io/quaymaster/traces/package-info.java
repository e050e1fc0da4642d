/**
 * Traces for OpenTelemetry: what the audit log is told, as spans. Nobody else knows that they
 * exist.
 */
@NullMarked
package io.quaymaster.traces;

import org.jspecify.annotations.NullMarked;
