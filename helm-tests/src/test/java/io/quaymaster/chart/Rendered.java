package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

/**
 * What the chart becomes with certain values.
 *
 * @param text as Helm gives it
 * @param notes what the installation says to the operator; empty for {@link Chart#REAL}
 */
record Rendered(String text, List<Manifest> manifests, String notes) {
  Rendered {
    manifests = List.copyOf(manifests);
  }

  Stream<Manifest> all(String kind) {
    return manifests.stream().filter(m -> m.kind().equals(kind));
  }

  boolean has(String kind) {
    return all(kind).findAny().isPresent();
  }

  /** The one of this kind whose name has this end. */
  Manifest one(String kind, String nameEnd) {
    List<Manifest> found = all(kind).filter(m -> m.name().endsWith(nameEnd)).toList();
    assertThat(found).as("%s …%s", kind, nameEnd).hasSize(1);
    return found.getFirst();
  }

  /** The one of this kind that is no hook. */
  Manifest one(String kind) {
    List<Manifest> found = all(kind).filter(m -> !m.isHook()).toList();
    assertThat(found).as(kind).hasSize(1);
    return found.getFirst();
  }

  /** The Deployment or the StatefulSet of the gateways. */
  Manifest gateways() {
    List<Manifest> found =
        manifests.stream().filter(m -> m.hasPods() && !m.kind().equals("Job")).toList();
    assertThat(found).as("Deployment or StatefulSet").hasSize(1);
    return found.getFirst();
  }

  List<Manifest> withPods() {
    return manifests.stream().filter(Manifest::hasPods).toList();
  }
}
