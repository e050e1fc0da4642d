package io.quaymaster.quota;

import org.springframework.dao.NonTransientDataAccessResourceException;

/**
 * This process was taken for dead by another, which has settled its leases: what is known here is
 * void, and the process must register anew. Until then nothing is granted.
 */
final class ProcessForgotten extends NonTransientDataAccessResourceException {
  ProcessForgotten() {
    super("another gateway process took this one for dead");
  }
}
