package io.onlyonce;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.INTERFACES;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTests {

    /** A package may use only those above it, so there are no cycles. */
    private static final List<String> PACKAGES = List.of(
            "io.onlyonce.stream",
            "io.onlyonce",
            "io.onlyonce.checkpoint",
            "io.onlyonce.ledger",
            "io.onlyonce.quarantine",
            "io.onlyonce.publication",
            "io.onlyonce.forward",
            "io.onlyonce.engine",
            "io.onlyonce.backfill",
            "io.onlyonce.polling",
            "io.onlyonce.kcl",
            "io.onlyonce.metrics",
            "io.onlyonce.actuate",
            "io.onlyonce.autoconfigure",
            "io.onlyonce.app");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.onlyonce");

    @Test
    void everyPackageHasItsPlace() {
        assertThat(PACKAGES).containsAll(packages().map(JavaPackage::getName).toList());
    }

    @ParameterizedTest
    @MethodSource("packagesButTheLast")
    void packageUsesOnlyThoseAboveIt(String name) {
        String[] below =
                PACKAGES.subList(PACKAGES.indexOf(name) + 1, PACKAGES.size()).toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(name)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(below)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    static Stream<String> packagesButTheLast() {
        return IntStream.range(0, PACKAGES.size() - 1).mapToObj(PACKAGES::get);
    }

    @Test
    void enginesDoNotKnowEachOther() {
        onlyIn("io.onlyonce.polling", "io.onlyonce.polling", "io.onlyonce.autoconfigure");
        onlyIn("io.onlyonce.kcl", "io.onlyonce.kcl", "io.onlyonce.autoconfigure");
    }

    @Test
    void onlyTheEngineOfThatNameUsesTheKinesisClientLibrary() {
        onlyIn("software.amazon.kinesis..", "io.onlyonce.kcl");
        onlyIn("com.amazonaws.services.dynamodbv2.streamsadapter..", "io.onlyonce.kcl");
    }

    @Test
    void onlyMetricsUseMicrometer() {
        onlyIn("io.micrometer..", "io.onlyonce.metrics", "io.onlyonce.autoconfigure");
    }

    @Test
    void onlyTheOuterPackagesUseActuatorAndSpringBoot() {
        String[] outer = {"io.onlyonce.actuate", "io.onlyonce.autoconfigure", "io.onlyonce.app"};
        onlyIn("org.springframework.boot.actuate..", outer);
        onlyIn("org.springframework.boot.health..", outer);
        onlyIn("org.springframework.boot..", outer);
    }

    @Test
    void onlyTheServiceAndTheEndpointsUseTheWeb() {
        onlyIn("org.springframework.web..", "io.onlyonce.actuate", "io.onlyonce.app");
        onlyIn("jakarta.servlet..", "io.onlyonce.actuate", "io.onlyonce.app");
    }

    @Test
    void vocabularyAndEventsDoNotNeedSpring() {
        noClasses()
                .that()
                .resideInAnyPackage("io.onlyonce", "io.onlyonce.stream")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(packages()).isNotEmpty().allSatisfy(javaPackage -> assertThat(
                        javaPackage.isAnnotatedWith(NullMarked.class))
                .as("%s is @NullMarked", javaPackage.getName())
                .isTrue());
    }

    @Test
    void everyClassIsFinal() {
        classes()
                .that(not(INTERFACES))
                .and()
                .areNotEnums()
                .and()
                .areNotAnonymousClasses()
                .and()
                .doNotHaveModifier(ABSTRACT)
                .should()
                .haveModifier(FINAL)
                .because("nothing here is meant to be extended")
                .check(CLASSES);
    }

    private static void onlyIn(String used, String... users) {
        noClasses()
                .that()
                .resideOutsideOfPackages(users)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(used)
                .check(CLASSES);
    }

    private static Stream<JavaPackage> packages() {
        return Stream.concat(
                        Stream.of(CLASSES.getPackage("io.onlyonce")),
                        CLASSES.getPackage("io.onlyonce").getSubpackagesInTree().stream())
                .filter(javaPackage -> !javaPackage.getClasses().isEmpty());
    }
}
