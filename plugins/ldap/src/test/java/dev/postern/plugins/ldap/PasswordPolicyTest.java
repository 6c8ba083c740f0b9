package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.controls.PasswordExpiredControl;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ErrorType;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ResponseControl;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10WarningType;
import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What directories say of accounts and passwords: to the operator, not to the client. */
final class PasswordPolicyTest {
  @TempDir Path home;

  @ParameterizedTest
  @CsvSource({
    "52e,wrong password",
    "525,no such user",
    "530,not allowed at this time",
    "532,the password has expired",
    "533,the account is disabled",
    "701,the account has expired",
    "773,the password has to be changed first",
    "775,the account is locked"
  })
  void theOperatorReadsActiveDirectorysReasons(String data, String reason) throws Exception {
    AuthenticationException refusal =
        refusedWith(
            new LDAPException(
                ResultCode.INVALID_CREDENTIALS,
                "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data "
                    + data
                    + ", v4563"));

    assertThat(refusal).hasMessageContaining(reason);
    assertLooksLikeAWrongPassword(refusal);
  }

  @ParameterizedTest
  @ValueSource(ints = {19, 32, 34, 48, 49, 50, 53})
  void everyRefusalOfAPasswordLooksTheSame(int code) throws Exception {
    assertLooksLikeAWrongPassword(
        refusedWith(new LDAPException(ResultCode.valueOf(code), "Exceed password retry limit")));
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 10, 13})
  void aDirectoryThatLetsNobodyLogInThisWayIsTheOperatorsToMend(int code) throws Exception {
    assertThat(refusedWith(new LDAPException(ResultCode.valueOf(code), "no")).kind())
        .isEqualTo(FailureKind.PLUGIN);
  }

  @ParameterizedTest
  @EnumSource(
      value = DraftBeheraLDAPPasswordPolicy10ErrorType.class,
      names = {"PASSWORD_EXPIRED", "ACCOUNT_LOCKED", "CHANGE_AFTER_RESET"})
  void aRightPasswordThatThePolicyDoesNotAllowIsRefused(
      DraftBeheraLDAPPasswordPolicy10ErrorType error) throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = authenticator(directory)) {
      directory.answer =
          result ->
              with(result, new DraftBeheraLDAPPasswordPolicy10ResponseControl(null, -1, error));

      AuthenticationException refusal =
          Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);

      assertThat(refusal).hasMessageContaining("the password is right, but");
      assertLooksLikeAWrongPassword(refusal);
    }
  }

  @Test
  void aRightPasswordThatHasExpiredIsRefusedWhereTheServerSaysSoTheOldWay() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = authenticator(directory)) {
      directory.answer = result -> with(result, new PasswordExpiredControl());

      assertThat(Setup.refused(authenticator, "alice", TestDirectory.PASSWORD))
          .hasMessageContaining("expired");
    }
  }

  @Test
  void aPasswordThatIsTakenOnceMoreLogsIn() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = authenticator(directory)) {
      directory.answer =
          result ->
              with(
                  result,
                  new DraftBeheraLDAPPasswordPolicy10ResponseControl(
                      DraftBeheraLDAPPasswordPolicy10WarningType.GRACE_LOGINS_REMAINING, 1, null));

      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name())
          .isEqualTo("alice");
    }
  }

  private static BindResult with(BindResult result, Control control) {
    return new BindResult(
        result.getMessageID(),
        result.getResultCode(),
        result.getDiagnosticMessage(),
        result.getMatchedDN(),
        result.getReferralURLs(),
        new Control[] {control});
  }

  private AuthenticationException refusedWith(LDAPException exception) throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = authenticator(directory)) {
      directory.beforeBind =
          bind -> {
            throw new TestDirectory.Refusal(exception);
          };
      return Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
    }
  }

  private static void assertLooksLikeAWrongPassword(AuthenticationException refusal) {
    assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
    assertThat(refusal.kind()).isEqualTo(FailureKind.CLIENT);
    assertThat(refusal.clientMessage())
        .isEqualTo("password authentication failed for user \"alice\"");
  }

  private Authenticator authenticator(TestDirectory directory) throws Exception {
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
    return Setup.authenticator(
        home,
        """
        servers: [%s]
        tls: {trust: ca.crt}
        user-dn: "uid={user},ou=people,dc=example,dc=com"
        name: client
        refuse-after: 0s
        """
            .formatted(directory.tls()));
  }
}
