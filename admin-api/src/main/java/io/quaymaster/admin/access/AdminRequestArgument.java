package io.quaymaster.admin.access;

import io.quaymaster.admin.http.RequestFrame;
import io.quaymaster.token.Admin;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Gives handlers the {@link AdminRequest}. */
public final class AdminRequestArgument implements HandlerMethodArgumentResolver {
  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == AdminRequest.class;
  }

  @Override
  public Object resolveArgument(
      MethodParameter parameter,
      @Nullable ModelAndViewContainer container,
      NativeWebRequest web,
      @Nullable WebDataBinderFactory binders) {
    HttpServletRequest request = web.getNativeRequest(HttpServletRequest.class);
    if (request == null) {
      throw new IllegalStateException("no HTTP request");
    }
    return of(request);
  }

  static AdminRequest of(HttpServletRequest request) {
    return new AdminRequest(admin(), request.getRemoteAddr(), RequestFrame.correlationId(request));
  }

  /** Fails closed: without an authenticated admin there is nobody to ask for. */
  static Admin admin() {
    if (SecurityContextHolder.getContext().getAuthentication() instanceof BearerToken token
        && token.getPrincipal() instanceof Admin admin) {
      return admin;
    }
    throw new AuthenticationCredentialsNotFoundException("no admin");
  }
}
