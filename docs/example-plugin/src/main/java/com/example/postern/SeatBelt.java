package com.example.postern;

import dev.postern.api.PluginContext;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.session.SessionInfo;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refuses statements that begin with certain words. A seat belt for people, not a lock. */
public final class SeatBelt implements MessageInterceptorFactory<SeatBelt.Config> {
  private static final Logger log = LoggerFactory.getLogger(SeatBelt.class);

  public record Config(List<String> words, @Nullable List<String> exempt) {}

  @Override
  public String name() {
    return "seat-belt";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public MessageInterceptor create(Config config, PluginContext context) {
    String words = String.join("|", config.words().stream().map(Pattern::quote).toList());
    Pattern refused = Pattern.compile("(?is)\\s*(" + words + ")\\b.*");
    return (session, interests) -> {
      String user = session.user().name();
      if (config.exempt() == null || !config.exempt().contains(user)) {
        interests
            .interceptFrontend(Query.class, query -> decide(refused, query.sql(), session))
            .interceptFrontend(Parse.class, parse -> decide(refused, parse.sql(), session));
      }
    };
  }

  private static Verdict<FrontendMessage> decide(Pattern refused, String sql, SessionInfo session) {
    if (!refused.matcher(sql).matches()) {
      return Verdict.forward();
    }
    log.atWarn().addKeyValue("sessionId", session.sessionId()).log("refused a statement");
    return Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "this statement is refused here");
  }
}
