package dev.postern.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;

import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What all test classes have to keep to. */
@AnalyzeClasses(packages = "dev.postern", importOptions = OnlyIncludeTests.class)
final class TestClassesTest {
  /** A failed test is run once more in the same JVM. What a constant holds is closed by then. */
  @ArchTest
  static final ArchRule startInBeforeAllWhatTheyClose =
      fields()
          .that()
          .areDeclaredInClassesThat()
          .haveSimpleNameEndingWith("IT")
          .and()
          .areStatic()
          .and()
          .areFinal()
          .should()
          .notHaveRawType(
              resideInAPackage("dev.postern.testkit..").and(assignableTo(AutoCloseable.class)));
}
