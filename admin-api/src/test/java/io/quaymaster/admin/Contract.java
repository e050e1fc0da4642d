package io.quaymaster.admin;

/** The paths that others rely on. */
final class Contract {
  static final String[] ENDPOINTS = {
    "POST /api/v1/tenants",
    "GET /api/v1/tenants",
    "GET /api/v1/tenants/{tenant}",
    "PATCH /api/v1/tenants/{tenant}",
    "DELETE /api/v1/tenants/{tenant}",
    "GET /api/v1/tenants/{tenant}/usage",
    "POST /api/v1/tenants/{tenant}/stores",
    "GET /api/v1/tenants/{tenant}/stores",
    "GET /api/v1/tenants/{tenant}/stores/{store}",
    "DELETE /api/v1/tenants/{tenant}/stores/{store}",
    "POST /api/v1/tenants/{tenant}/stores/{store}/sweep",
    "POST /api/v1/tenants/{tenant}/accounts",
    "GET /api/v1/tenants/{tenant}/accounts",
    "GET /api/v1/tenants/{tenant}/accounts/{username}",
    "PATCH /api/v1/tenants/{tenant}/accounts/{username}",
    "DELETE /api/v1/tenants/{tenant}/accounts/{username}",
    "POST /api/v1/tenants/{tenant}/accounts/{username}/suspend",
    "POST /api/v1/tenants/{tenant}/accounts/{username}/resume",
    "PUT /api/v1/tenants/{tenant}/accounts/{username}/password",
    "POST /api/v1/tenants/{tenant}/accounts/{username}/keys",
    "GET /api/v1/tenants/{tenant}/accounts/{username}/keys",
    "GET /api/v1/tenants/{tenant}/accounts/{username}/keys/{id}",
    "DELETE /api/v1/tenants/{tenant}/accounts/{username}/keys/{id}",
    "GET /api/v1/tenants/{tenant}/accounts/{username}/usage",
    "POST /api/v1/tenants/{tenant}/accounts/{username}/usage/recount",
    "GET /api/v1/sessions",
    "DELETE /api/v1/sessions/{id}",
    "GET /api/v1/transfers",
    "GET /api/v1/audit",
    "GET /api/v1/negotiation-failures",
    "GET /api/v1/audit/verify",
    "GET /api/v1/audit/export",
    "GET /api/v1/audit/keys",
    "GET /api/v1/tenants/{tenant}/accounts/{username}/explain",
    "POST /api/v1/tokens",
    "GET /api/v1/tokens",
    "GET /api/v1/tokens/{id}",
    "DELETE /api/v1/tokens/{id}",
    "GET /api/v1/bans",
    "GET /api/v1/bans/{id}",
    "POST /api/v1/bans",
    "DELETE /api/v1/bans/{id}"
  };

  private Contract() {}
}
