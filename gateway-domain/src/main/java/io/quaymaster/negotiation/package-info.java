/** Connections that failed before authentication, and why: "why can partner X not connect?". */
@NullMarked
package io.quaymaster.negotiation;

import org.jspecify.annotations.NullMarked;
