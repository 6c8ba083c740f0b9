package com.example.postern;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.AnsweredStatement;
import dev.postern.api.intercept.AnsweredStatement.Column;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.intercept.ValueType;
import dev.postern.api.session.SessionInfo;
import java.util.List;

/** Answers {@code SHOW SESSION}: who the client is for Postern, and on which route. */
public final class ShowSession implements MessageInterceptorFactory<ShowSession.Config> {

  public record Config() {}

  @Override
  public String name() {
    return "show-session";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public MessageInterceptor create(Config config, PluginContext context) {
    return (session, interests) -> {
      AnsweredStatement show = show(session);
      interests.answer(sql -> sql.strip().equalsIgnoreCase("show session") ? show : null);
    };
  }

  private static AnsweredStatement show(SessionInfo session) {
    return AnsweredStatement.rows(
        List.of(Column.of("user", ValueType.TEXT), Column.of("route", ValueType.TEXT)),
        bind -> List.of(List.of(session.user().name(), session.route().name())));
  }
}
