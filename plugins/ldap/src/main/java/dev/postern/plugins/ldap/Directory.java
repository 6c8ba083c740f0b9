package dev.postern.plugins.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import dev.postern.api.auth.AuthenticationException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers of a directory, all of which hold the same. Safe for use by many threads. */
final class Directory {
  private static final Logger log = LoggerFactory.getLogger(Directory.class);

  /** What is asked of a server; if it fails, another one is asked all of it. */
  @FunctionalInterface
  interface Question<T> {
    T of(DirectoryServer server) throws LDAPException, AuthenticationException;
  }

  private record Member(DirectoryServer server, Health health) {}

  private final String instance;
  private final List<Member> members;

  Directory(LdapConfig config, String instance) {
    this.instance = instance;
    Trust trust = new Trust(config.tls().trust(), instance);
    this.members =
        config.servers().stream()
            .map(uri -> ServerAddress.of(uri, config.tls()))
            .map(
                address ->
                    new Member(new DirectoryServer(address, config, trust, instance), new Health()))
            .toList();
  }

  /**
   * Asks one server after the other until one answers: first those that are up, then the others.
   *
   * @throws AuthenticationException what the answer was, or that there is none
   */
  <T> T ask(Deadline deadline, Question<T> question) throws AuthenticationException {
    List<String> failures = new ArrayList<>();
    for (Member member : inOrder()) {
      if (deadline.isOver()) {
        failures.add("the time for the login is over");
        break;
      }
      try {
        T answer = question.of(member.server());
        answered(member);
        return answer;
      } catch (AuthenticationException e) {
        answered(member);
        throw e;
      } catch (LDAPException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw AuthenticationException.unavailable("the login was ended from outside", e);
        }
        failed(member, e);
        failures.add(member.server().address() + ": " + Reasons.of(e));
      }
    }
    throw AuthenticationException.unavailable(
        failures.isEmpty()
            ? "every directory server refuses the account; none is asked for a while"
            : "no directory server has answered: " + String.join("; ", failures),
        null);
  }

  /** Closes the connections that nobody needs any more. */
  void closeExpired() {
    members.forEach(member -> member.server().closeExpired());
  }

  void close() {
    members.forEach(member -> member.server().close());
  }

  private List<Member> inOrder() {
    long now = System.nanoTime();
    List<Member> order = new ArrayList<>();
    List<Member> down = new ArrayList<>();
    for (Member member : members) {
      if (!member.server().rests()) {
        (member.health().isUp(now) ? order : down).add(member);
      }
    }
    order.addAll(down);
    return order;
  }

  private void answered(Member member) {
    if (member.health().answered()) {
      log.atInfo()
          .addKeyValue("plugin", instance)
          .addKeyValue("server", member.server().address())
          .log("directory server is up again");
    }
  }

  private void failed(Member member, LDAPException e) {
    if (e instanceof AccountRefusedException) {
      answered(member); // that it rests is known where the account logs in
    } else if (member.health().failed(System.nanoTime())) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .addKeyValue("server", member.server().address())
          .addKeyValue("reason", Reasons.of(e))
          .log("directory server is down");
    }
  }
}
