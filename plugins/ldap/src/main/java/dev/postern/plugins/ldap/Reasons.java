package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.LDAPBindException;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPResult;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.controls.PasswordExpiredControl;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ErrorType;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ResponseControl;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a directory means by its refusals, for the operator's eyes. */
final class Reasons {
  /** By these a server says that it does not take this name and password. */
  private static final Set<ResultCode> REFUSALS =
      Set.of(
          ResultCode.INVALID_CREDENTIALS,
          ResultCode.NO_SUCH_OBJECT,
          ResultCode.INVALID_DN_SYNTAX,
          ResultCode.INAPPROPRIATE_AUTHENTICATION,
          ResultCode.CONSTRAINT_VIOLATION,
          ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
          ResultCode.UNWILLING_TO_PERFORM);

  /** By these it says that it cannot serve now; another one may. */
  private static final Set<ResultCode> FAILURES =
      Set.of(
          ResultCode.SERVER_DOWN,
          ResultCode.CONNECT_ERROR,
          ResultCode.TIMEOUT,
          ResultCode.DECODING_ERROR,
          ResultCode.LOCAL_ERROR,
          ResultCode.PROTOCOL_ERROR,
          ResultCode.OPERATIONS_ERROR,
          ResultCode.TIME_LIMIT_EXCEEDED,
          ResultCode.ADMIN_LIMIT_EXCEEDED,
          ResultCode.BUSY,
          ResultCode.UNAVAILABLE,
          ResultCode.OTHER);

  /** Active Directory: {@code ... AcceptSecurityContext error, data 775, v4563}. */
  private static final Pattern DATA = Pattern.compile("\\bdata ([0-9a-f]{3,8})\\b");

  private static final Map<String, String> ACTIVE_DIRECTORY =
      Map.of(
          "525", "no such user",
          "52e", "wrong password",
          "530", "not allowed at this time",
          "531", "not allowed from this machine",
          "532", "the password has expired",
          "533", "the account is disabled",
          "701", "the account has expired",
          "773", "the password has to be changed first",
          "775", "the account is locked");

  private Reasons() {}

  static boolean isRefusal(ResultCode code) {
    return REFUSALS.contains(code);
  }

  static boolean isFailure(ResultCode code) {
    return FAILURES.contains(code);
  }

  static String of(LDAPException e) {
    if (e instanceof LDAPBindException bind) {
      return of(bind.getBindResult());
    }
    return OneLine.of(e.getResultCode() + ": " + e.getMessage());
  }

  static String of(BindResult result) {
    String policy = policyError(result);
    return policy == null
        ? of(result.getResultCode(), result)
        : policy + " (" + of(result.getResultCode(), result) + ")";
  }

  static String of(ResultCode code, LDAPResult result) {
    String diagnostic = result.getDiagnosticMessage();
    if (diagnostic == null || diagnostic.isBlank()) {
      return code.toString();
    }
    Matcher data = DATA.matcher(diagnostic);
    String meaning = data.find() ? ACTIVE_DIRECTORY.get(data.group(1)) : null;
    return OneLine.of((meaning == null ? "" : meaning + "; ") + code + ": " + diagnostic);
  }

  /**
   * Why a password that is right is not to be taken all the same; {@code null} if nothing is said
   * against it (draft-behera-ldap-password-policy-10, section 6.2; Netscape's control).
   */
  static @Nullable String policyError(BindResult result) {
    DraftBeheraLDAPPasswordPolicy10ResponseControl policy = policy(result);
    if (policy != null && policy.getErrorType() != null) {
      return meaning(policy.getErrorType());
    }
    for (Control control : result.getResponseControls()) {
      if (control.getOID().equals(PasswordExpiredControl.PASSWORD_EXPIRED_OID)) {
        return "the password has expired";
      }
    }
    return null;
  }

  /** What the operator should know of a password that was taken; empty for nothing. */
  static String policyWarning(BindResult result) {
    DraftBeheraLDAPPasswordPolicy10ResponseControl policy = policy(result);
    if (policy == null || policy.getWarningType() == null) {
      return "";
    }
    return switch (policy.getWarningType()) {
      case GRACE_LOGINS_REMAINING ->
          "the password has expired; it is taken " + policy.getWarningValue() + " times more";
      case TIME_BEFORE_EXPIRATION ->
          "the password expires in " + policy.getWarningValue() + " seconds";
    };
  }

  private static @Nullable DraftBeheraLDAPPasswordPolicy10ResponseControl policy(
      BindResult result) {
    try {
      return DraftBeheraLDAPPasswordPolicy10ResponseControl.get(result);
    } catch (LDAPException e) {
      return null;
    }
  }

  private static String meaning(DraftBeheraLDAPPasswordPolicy10ErrorType error) {
    return switch (error) {
      case PASSWORD_EXPIRED -> "the password has expired";
      case ACCOUNT_LOCKED -> "the account is locked";
      case CHANGE_AFTER_RESET -> "the password has to be changed first";
      default -> error.toString();
    };
  }
}
