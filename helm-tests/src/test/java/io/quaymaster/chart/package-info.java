/** What the Helm chart renders to, and what it refuses. */
@NullMarked
package io.quaymaster.chart;

import org.jspecify.annotations.NullMarked;
