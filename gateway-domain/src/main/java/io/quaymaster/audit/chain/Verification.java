package io.quaymaster.audit.chain;

import java.util.ArrayList;
import java.util.List;

/** What a verification found: of each chain a report, and the first findings. One thread. */
public final class Verification {
  /** More would tell nobody more. */
  public static final int MAX_FINDINGS = 100;

  private final List<ChainReport> chains = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private long found;
  private boolean contradictsSigned;

  void add(ChainReport report) {
    chains.add(report);
  }

  void add(Finding finding) {
    found++;
    contradictsSigned |=
        finding.kind() == Finding.Kind.REWRITTEN || finding.kind() == Finding.Kind.TRUNCATED;
    if (findings.size() < MAX_FINDINGS) {
      findings.add(finding);
    }
  }

  public boolean isIntact() {
    return found == 0;
  }

  /** Whether rows are missing that were signed, or are others now. */
  boolean contradictsSigned() {
    return contradictsSigned;
  }

  public List<ChainReport> chains() {
    return List.copyOf(chains);
  }

  /** The first {@link #MAX_FINDINGS}. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** How many there are in all. */
  public long found() {
    return found;
  }
}
