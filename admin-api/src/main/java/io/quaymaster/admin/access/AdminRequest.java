package io.quaymaster.admin.access;

import io.quaymaster.token.Admin;

/**
 * Who sends a request, from where, and under which correlation id.
 *
 * @param source network address
 */
public record AdminRequest(Admin admin, String source, String correlationId) {}
