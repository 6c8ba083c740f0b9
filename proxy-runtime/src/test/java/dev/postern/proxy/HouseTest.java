package dev.postern.proxy;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.ObjectInputStream;
import java.util.Arrays;
import java.util.List;

/** The arrows of the house: what may know what. */
@AnalyzeClasses(packages = "dev.postern", importOptions = DoNotIncludeTests.class)
final class HouseTest {

  /** The floors of the runtime, top first: a package may use its own floor and those below it. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("cli"),
          List.of("server", "admin"),
          List.of("session"),
          List.of("frontend", "relay"),
          List.of("pool"),
          List.of("backend"),
          List.of("channel", "tls", "scram"),
          List.of("codec", "sql"),
          List.of("plugin", "user", "config", "metrics", "recording", "audit"));

  @ArchTest
  static final ArchRule noFloorUsesTheOnesAbove = noClasses().should(useAFloorAboveItsOwn());

  @ArchTest
  static final ArchRule everyPackageHasAFloor =
      classes()
          .that()
          .resideInAPackage("dev.postern.proxy..")
          .should()
          .resideInAnyPackage(
              FLOORS.stream()
                  .flatMap(List::stream)
                  .map(room -> "dev.postern.proxy." + room + "..")
                  .toArray(String[]::new));

  @ArchTest
  static final ArchRule packagesDoNotDependOnEachOtherInCircles =
      slices().matching("dev.postern.proxy.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule codecKnowsTheApiAndNettyBuffersOnly =
      classes()
          .that()
          .resideInAPackage("dev.postern.proxy.codec..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify..",
              "io.netty.buffer..",
              "io.netty.util..",
              "dev.postern.api..",
              "dev.postern.proxy.codec..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule mechanismsKnowNoSockets =
      noClasses()
          .that()
          .resideInAPackage("dev.postern.proxy.scram..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "java.net..", "java.nio.channels..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule sqlIsReadWithoutSessionsMessagesAndBuffers =
      classes()
          .that()
          .resideInAPackage("dev.postern.proxy.sql..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify..", "dev.postern.proxy.sql..");

  @ArchTest
  static final ArchRule theApiKnowsItselfAndTheLoggerOnly =
      classes()
          .that()
          .resideInAPackage("dev.postern.api..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..", "javax..", "dev.postern.api..", "org.jspecify..", "org.slf4j..");

  @ArchTest
  static final ArchRule noThirdPartyTypeInASignatureOfTheApi =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage("dev.postern.api..")
          .and()
          .arePublic()
          .should(nameTypesOfTheJdkAndTheApiOnly());

  @ArchTest
  static final ArchRule secretsAreComparedInConstantTime =
      noClasses()
          .that()
          .resideInAnyPackage("..scram..", "..auth..", "..user..", "..tls..", "..session..")
          .should()
          .callMethodWhere(target(owner(equivalentTo(Arrays.class))).and(target(name("equals"))))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nothingIsDeserialised =
      noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);

  @ArchTest
  static final ArchRule onlyTheCommandLinePrints =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.postern.proxy.cli..")
          .should(ACCESS_STANDARD_STREAMS);

  private static ArchCondition<JavaClass> useAFloorAboveItsOwn() {
    return new ArchCondition<>("use a package of a floor above its own") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        int floor = floorOf(user);
        for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
          int used = floorOf(dependency.getTargetClass());
          if (floor >= 0 && used >= 0) {
            events.add(new SimpleConditionEvent(user, used < floor, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static ArchCondition<JavaMethod> nameTypesOfTheJdkAndTheApiOnly() {
    return new ArchCondition<>("name types of the JDK and of the API only") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        method.getAllInvolvedRawTypes().stream()
            .map(JavaClass::getBaseComponentType)
            .filter(type -> !type.isPrimitive())
            .forEach(
                type ->
                    events.add(
                        new SimpleConditionEvent(
                            method,
                            type.getName().startsWith("java.")
                                || type.getName().startsWith("dev.postern.api."),
                            method.getFullName() + " names " + type.getName())));
      }
    };
  }

  private static int floorOf(JavaClass type) {
    String prefix = "dev.postern.proxy.";
    if (!type.getPackageName().startsWith(prefix)) {
      return -1;
    }
    String room = type.getPackageName().substring(prefix.length()).split("\\.", 2)[0];
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      if (FLOORS.get(floor).contains(room)) {
        return floor;
      }
    }
    return -1;
  }
}
