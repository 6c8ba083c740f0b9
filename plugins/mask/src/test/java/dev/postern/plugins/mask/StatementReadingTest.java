package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatementReadingTest {
  private static final Vocabulary VOCABULARY =
      new Vocabulary(
          Map.of(
              "people",
              new Vocabulary.Columns(
                  Set.of("ssn", "initials"), Set.of("initials"), Set.of("id", "name", "age"))),
          Set.of("cards", "pg_stats"),
          Set.of("own_function", "query_to_xml"),
          Set.of("pg_notify", "set_config"),
          Set.of("trusted"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 1",
        "select * from orders where note = 'from people'",
        "select $$ people $$, $x$ people $x$",
        "select 'it''s people', E'it\\'s people'",
        "select 1 -- people",
        "/* people /* people */ people */ select 1",
        "insert into orders select * from returns",
        "create temp table t as select * from orders",
        "fetch 1 from c",
        "execute q(1)",
        ""
      })
  void namesNothingThatIsGuarded(String sql) {
    assertRuns(sql, Use.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select count(*) from people",
        "select id, upper(name) from people where id = 1",
        "select p.id, p.name || '' from people p",
        "select p.id from public.people as p join orders o on o.person = p.id",
        "select people.id * 2 from people",
        "select id from people where id in (select person from orders)",
        "with x as (select id from people) select max(id) from x",
        "select count(*) from orders join people using (id)",
        "insert into people (id, name) values (1, 'x') returning id",
        "insert into people as p (id) values (1)",
        "insert into people overriding user value select 1",
        "insert into people values (1)",
        "select id from people where id in (values (1), (2))",
        "update only people set name = 'x'",
        "update people set name = 'x' where id = 1 returning id",
        "update people p set ssn = '1', name = 'x' where p.id = 1",
        "update people set name = 'x', ssn = $1",
        "update people set name = substring(name from 1), ssn = '1' where id = 1",
        "delete from only people where id = 1",
        "copy (select id from people) to stdout",
        "explain select id from people",
        "create table t as select id, name from people"
      })
  void avoidsMaskedColumns(String sql) {
    assertRuns(sql, Use.AVOIDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select ssn from people",
        "select SSN from PEOPLE",
        "select \"ssn\" from \"people\"",
        "select * from people",
        "select p.* from people p",
        "table people",
        "select p from people p",
        "select people from people",
        "select p::text from people as p",
        "select (p).id from people p",
        "select p.text from people p",
        "select count(p) from people p",
        "select a from people p(a, b)",
        "select a from people as p (a, b)",
        "select id from orders, people",
        "select row_to_json(set) from people set",
        "select set::text from public.people set",
        "select values::text from people values",
        "select overriding::text from only people overriding",
        "with values as (select 1 one) select row_to_json(x) from (values cross join people) x",
        "select j from (orders join people on true) j",
        "select j from ((orders join people on true) join t on true) j",
        "select id from only (people)",
        "select x from people \"x\"",
        "select 1 from people where id = 1 order by ssn",
        "select card from cards",
        "select most_common_vals from pg_stats",
        "select ssn from people for update",
        "select ssn from people for no key update",
        "select 1from people x,people",
        "declare c cursor for select ssn from people",
        "prepare q as select ssn from people",
        "insert into people (id, ssn) values (1, '2') returning ssn",
        "insert into people values (1) returning *",
        "insert into people (id, ssn) values (1, '2') on conflict do nothing",
        "update people set name = 'x' where ssn = '1'",
        "update people set name = name || '!' where ssn = $1 returning id, ssn",
        "update people p set name = 'x', id = 2 where ssn = '1' returning p.name, id as name",
        "delete from people where ssn = '1'",
        "delete from people where ssn = '1' returning *",
        "copy people from stdin",
        "lock table people",
        "select 1; select ssn from people"
      })
  void mayUseMaskedColumns(String sql) {
    assertRuns(sql, Use.USES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update people set name = ssn",
        "update people set name = 'x' returning id, ssn = '1'",
        "update people set name = 'x' where id = 1 returning id, ssn = '1'",
        "update people set name = concat('', ssn = '1')",
        "update people set name = array['', ssn = '1']",
        "with recursive x(s, n) as (select ssn, 1 from people union all select s, n from x)"
            + " search depth first by n set key update notes set text = s from x",
        "with recursive x(s, n) as (select ssn, 1 from people union all select s, n from x)"
            + " search depth first by n set \"key\" update notes set text = s from x",
        "with recursive x(s, n) as (select ssn, 1 from people union all select s, n from x)"
            + " search depth first by n set \"for\" update notes set text = s from x",
        "with recursive x(s, n) as (select ssn, 1 from people union all select s, n from x)"
            + " cycle n set c using key update notes set text = s from x",
        "update people set name = people::text",
        "update people overriding set name = overriding::text",
        "update only people values set name = values::text",
        "delete from people set returning set::text",
        "delete from people set returning set",
        "delete from people where id = 1 returning people",
        "delete from public.people p where id = 1 returning id, p",
        "delete from people using (select 1) o join cards c on (true) where people.id = 1 returning c",
        "delete from people returning old",
        "update people set name = 'x' where id = 1 returning people",
        "update people as set set name = 'x' where ssn = '1' returning set",
        "insert into people values (1) returning people",
        "insert into people as p (id) values (1) returning p x",
        "merge into people values using orders on true when matched then update set name = values::text",
        "update people set (ssn, name) = (name, ssn)",
        "update notes set text = ssn from people",
        "insert into notes select id, ssn from people",
        "insert into people (id, ssn) values (1, (select ssn from people))",
        "insert into people (id, ssn) values (1, '1') on conflict (id) do update set name = excluded.ssn",
        "insert into people (id, ssn) values (1, '1') returning upper(ssn)",
        "delete from people where ssn = '1' returning upper(ssn)",
        "update people set name = ssn where id = 1",
        "update people set name = q.x from (select ssn as x from people) q",
        "update people set name = (select ssn from people limit 1) where id = 1",
        "update people set name = 'x' where ssn = '1' returning upper(ssn)",
        "select ssn into t from people",
        "with d as (delete from people returning *) select 1 from d",
        "create table t as select * from people",
        "create table t (like people)",
        "create table t () inherits (people)",
        "create index i on people (upper(ssn))",
        "alter table people rename column ssn to x",
        "alter table people rename column id to ssn",
        "drop table people",
        "create view v as select 1",
        "create function f() returns int language sql as 'select 1'",
        "create rule r as on select to t do instead select 1",
        "do $$ begin end $$",
        "call p()",
        "explain select ssn from people",
        "copy people to stdout",
        "copy public.people (id, ssn) to stdout",
        "copy (select ssn from people) to stdout",
        "select own_function()",
        "select \"own_function\" (1)",
        "select public.own_function(1)",
        "select query_to_xml('select 1', true, true, '')",
        "select pg_notify('c', ssn) from people",
        "select set_config('a.b', ssn, false) from people",
        "select 'a\\' , ssn from people --'",
        "select U&\"\\0073sn\" from t",
        "select chunk_data from pg_toast.pg_toast_20000",
        "select chunk_data from \"pg_toast_20000\"",
        "set search_path = pg_toast",
        "select $\uFFFD$ $\uFFFD$, ssn from people",
        "insert into orders values ('caf\uFFFD')",
        "select 'open",
        "select \"open",
        "select $$open",
        "select 1 /* open",
        "start_replication slot x",
        "\"select\" 1"
      })
  void isRefused(String sql) {
    assertThat(read(sql, false).refusal()).as(sql).isNotNull();
  }

  @Test
  void whatRunsAKeptQueryMayUseMaskedColumns() {
    assertThat(read("fetch 1 from c", true).use()).isEqualTo(Use.USES);
    assertThat(read("execute q", true).use()).isEqualTo(Use.USES);
    assertThat(read("create table t as execute q", true).refusal()).isNotNull();
    assertThat(read("select 1", true).use()).isEqualTo(Use.NONE);
  }

  @Test
  void aQueryThatIsKeptCountsForWhatComesBehindItInTheSameText() {
    Reading reading = read("prepare q as select ssn from people; explain execute q", false);

    assertThat(reading.keepsQuery()).isTrue();
    assertThat(reading.refusal()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select upper(ssn) from people",
        "select 1; select upper(ssn) from people; select 2",
        "begin; select upper(ssn) from people; rollback",
        "declare c cursor for select upper(ssn) from people; fetch 1 from c; close c",
        "update notes set text = 'x'; select ssn from people where upper(ssn) = '1'",
        "update notes set text = 'x'; select p.ssn as s, o.total t from people p join orders o"
            + " on (o.person = p.id) order by ssn",
        "update notes set text = 'x'; select id, ssn from people",
        "begin; update notes set text = 'x'; select distinct ssn from people; commit",
        "update people set name = 'x' where ssn = '1'; select 1",
        "update people set name = 'x' where ssn = '1' returning id, ssn",
        "insert into people values (1)",
        "execute q",
        "prepare q as select upper(ssn) from people; select 1"
      })
  void runsSinceWhatItShowsIsKnownInTime(String sql) {
    assertThat(read(sql, true).outlook()).as(sql).isEqualTo(Outlook.CLEAR);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update notes set text = 'x'; select upper(ssn) from people; select 1",
        "update notes set text = 'x'; select ssn || '' from people",
        "update notes set text = 'x'; select ssn, 1 from people",
        "update notes set text = 'x'; select people from people",
        "update notes set text = 'x'; select p from people p",
        "update notes set text = 'x'; select current_user from people where ssn = '1'",
        "update notes set text = 'x'; select card from cards",
        "update notes set text = 'x'; select id from people where ssn = '1' union select 2",
        "update notes set text = 'x'; select a from (select upper(ssn) a from people) q",
        "update notes set text = 'x'; select a from people p(a)",
        "update notes set text = 'x'; with q as (select ssn from people) select ssn from q",
        "update notes set text = 'x'; fetch 1 from c",
        "select upper(ssn) from people; commit",
        "set work_mem = '1MB'; select upper(ssn) from people",
        "select set_config('a.b', 'c', false); select upper(ssn) from people",
        "select trusted(1); select upper(ssn) from people",
        "execute q; execute q"
      })
  void isRefusedBeforeWhatStandsBesideItHasAnEffect(String sql) {
    assertThat(read(sql, true).outlook()).as(sql).isEqualTo(Outlook.UNPROVEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update people set name = 'x' where ssn = '1' returning initials, ssn",
        "insert into people values (1) returning *",
        "delete from people where ssn = '1' returning people.*",
        "update notes set text = 'x'; select * from people",
        "update notes set text = 'x'; table people",
        "update notes set text = 'x'; select id, initials from people"
      })
  void isRefusedBeforeItRunsSinceAColumnCannotBeMasked(String sql) {
    assertThat(read(sql, false).outlook()).as(sql).isEqualTo(Outlook.UNMASKABLE);
  }

  @Test
  void eachStatementOfATextUsesWhatItUses() {
    assertThat(
            read("select 1; select ssn from people;; select id from people; select 2", false)
                .uses())
        .containsExactly(Use.NONE, Use.USES, Use.AVOIDS, Use.NONE);
  }

  @Test
  void copyToPassesWhereThePolicySaysSo() {
    Reading reading = StatementReading.of("copy people to stdout", VOCABULARY, false, true);

    assertThat(reading.refusal()).isNull();
    assertThat(reading.copiesOut()).isTrue();
  }

  @Test
  void namesBeyondAsciiCountAsTheMaskedTableInWhateverEncodingTheyAre() {
    Vocabulary german =
        new Vocabulary(
            Map.of("kündigungen", new Vocabulary.Columns(Set.of("grund"), Set.of(), Set.of("id"))),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of());

    assertThat(StatementReading.of("select x from kÃ¼ndigungen", german, false, false).use())
        .isEqualTo(Use.USES);
    assertThat(StatementReading.of("select x from orders", german, false, false).use())
        .isEqualTo(Use.NONE);
  }

  @Test
  void anIdentifierIsAsLongAsTheServerTakesIt() {
    String name = "p".repeat(63);
    Vocabulary longNames =
        new Vocabulary(
            Map.of(name, new Vocabulary.Columns(Set.of("ssn"), Set.of(), Set.of())),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of());

    assertThat(
            StatementReading.of("select ssn from " + name + "and more", longNames, false, false)
                .use())
        .isEqualTo(Use.USES);
  }

  private static void assertRuns(String sql, Use use) {
    Reading reading = read(sql, false);
    assertThat(reading.refusal()).as(sql).isNull();
    assertThat(reading.use()).as(sql).isEqualTo(use);
  }

  private static Reading read(String sql, boolean queryWasKept) {
    return StatementReading.of(sql, VOCABULARY, queryWasKept, false);
  }
}
