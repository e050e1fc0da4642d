/** Micro-benchmarks: what they have in common, and what runs them. */
@NullMarked
package io.quaymaster.micro;

import org.jspecify.annotations.NullMarked;
