package dev.postern.plugins.mask;

import dev.postern.api.Counter;
import dev.postern.api.PluginContext;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.session.SessionInfo;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Safe for use by many threads; what belongs to a session lives in its {@link Conversation}. */
final class Mask implements MessageInterceptor {
  private static final Logger log = LoggerFactory.getLogger(Mask.class);

  private final MaskConfig config;
  private final Catalogs catalogs;
  private final String instance;
  private final Counter refused;

  Mask(MaskConfig config, Catalogs catalogs, PluginContext context) {
    this.config = config;
    this.catalogs = catalogs;
    this.instance = context.instanceName();
    refused = context.counter("refused", "Statements and sessions that a policy refused.");
  }

  /** A session that no policy covers costs nothing. */
  @Override
  public void open(SessionInfo session, Interests interests) {
    String database =
        session.route().database() == null
            ? session.startup().database()
            : session.route().database();
    List<PolicyConfig> policies =
        config.policies().stream().filter(policy -> policy.covers(session, database)).toList();
    if (policies.isEmpty()) {
      return;
    }
    Consumer<String> refusals =
        why -> {
          refused.increment();
          log.atWarn()
              .addKeyValue("plugin", instance)
              .addKeyValue("sessionId", session.sessionId())
              .addKeyValue("user", session.user().name())
              .addKeyValue("reason", why)
              .log("a masking policy refused");
        };
    if (session.startup().replication()) {
      close(interests, refusals, "replication shows everything");
      return;
    }
    Catalog catalog = catalogs.acquire(new CatalogKey(session.backend(), database));
    interests.onClose(_ -> catalogs.release(catalog));
    Terms terms = Terms.of(policies, catalog, catalogs.threads());
    if (terms.rules() == null) {
      Rules rules = catalog.rules(Terms.columns(policies));
      close(
          interests,
          refusals,
          rules == null ? "the catalog is not known" : String.join("; ", rules.problems()));
      return;
    }
    Conversation conversation = new Conversation();
    new ClientSide(conversation, terms, refusals).declare(interests);
    new ServerSide(conversation, terms, refusals).declare(interests);
  }

  /** Lets nothing pass. */
  private static void close(Interests interests, Consumer<String> refusals, String why) {
    interests.interceptFrontend(
        FrontendMessage.class,
        _ -> {
          refusals.accept(why);
          return Verdict.terminate(
              SqlState.INSUFFICIENT_PRIVILEGE, Answers.refusal(Answers.NOT_APPLICABLE));
        });
  }

  @Override
  public void close() {
    catalogs.close();
  }
}
