package io.quaymaster.planted.admin;

import io.quaymaster.tenant.scope.TenantScope;

final class LeavesTheScope {
  private LeavesTheScope() {}

  static void leave(Runnable work) {
    TenantScope.runForGateway(work::run);
  }
}
