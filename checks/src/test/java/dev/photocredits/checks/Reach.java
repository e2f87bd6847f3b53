package dev.photocredits.checks;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The code of ours that a Lambda function can come to, method by method, beginning where Lambda
 * does: the handler is made and then called. A call of an interface comes to the methods of the
 * classes that were made on the way, and to no others (rapid type analysis). What a library may
 * call back is taken for called: every method that overrides one of the library's. The body of a
 * lambda belongs to the method that it stands in.
 */
final class Reach {
  private final JavaClasses ours;
  private final Map<JavaCodeUnit, Set<JavaCodeUnit>> callers = new LinkedHashMap<>();
  private final Set<JavaClass> made = new LinkedHashSet<>();
  private final Set<CodeUnitAccessTarget> called = new LinkedHashSet<>();
  private final Map<CodeUnitAccessTarget, Set<JavaCodeUnit>> callersOf = new LinkedHashMap<>();
  private final Deque<JavaCodeUnit> unread = new ArrayDeque<>();

  private Reach(JavaClasses ours) {
    this.ours = ours;
  }

  /** What the function of that handler comes to. */
  static Reach of(JavaClasses ours, String handler) {
    var reach = new Reach(ours);
    var constructor = ours.get(handler).getConstructor();
    reach.come(constructor, Optional.empty());
    reach.make(ours.get(handler), constructor);
    while (!reach.unread.isEmpty()) {
      reach.read(reach.unread.remove());
    }
    return reach;
  }

  Set<JavaCodeUnit> units() {
    return Collections.unmodifiableSet(callers.keySet());
  }

  /** What the unit calls, reads and refers to, our code and others'. */
  static Set<JavaAccess<?>> accesses(JavaCodeUnit unit) {
    var accesses = new LinkedHashSet<JavaAccess<?>>(unit.getAccessesFromSelf());
    accesses.addAll(unit.getCodeUnitReferencesFromSelf());
    return accesses;
  }

  /** Who calls the unit, among what is come to. */
  Set<JavaCodeUnit> callers(JavaCodeUnit unit) {
    return Collections.unmodifiableSet(callers.getOrDefault(unit, Set.of()));
  }

  /** One way from the handler to the unit, for people. */
  String path(JavaCodeUnit unit) {
    var way = new ArrayList<JavaCodeUnit>();
    Optional<JavaCodeUnit> at = Optional.of(unit);
    while (at.isPresent() && !way.contains(at.get())) {
      way.add(at.get());
      at = callers(at.get()).stream().findFirst();
    }
    return way.reversed().stream()
        .map(Reach::name)
        .distinct() // overloads that pass a call on
        .collect(Collectors.joining(" → "));
  }

  /** Class and method, such as {@code Table.find}. */
  static String name(JavaMember member) {
    return member.getOwner().getSimpleName()
        + "."
        + switch (member.getName()) {
          case "<init>" -> "new";
          case "<clinit>" -> "static";
          default -> member.getName();
        };
  }

  private void read(JavaCodeUnit unit) {
    for (var access : accesses(unit)) {
      if (isOurs(access.getTargetOwner())) {
        initialize(access.getTargetOwner(), unit);
      }
      if (access.getTarget() instanceof CodeUnitAccessTarget target) {
        call(target, unit);
      }
    }
  }

  private void call(CodeUnitAccessTarget target, JavaCodeUnit caller) {
    target.resolveMember().filter(this::isOurs).ifPresent(unit -> come(unit, Optional.of(caller)));
    if (target.resolveMember().orElse(null) instanceof JavaConstructor constructor) {
      if (isOurs(constructor)) {
        make(constructor.getOwner(), constructor);
      }
      return;
    }
    called.add(target);
    callersOf.computeIfAbsent(target, _ -> new LinkedHashSet<>()).add(caller);
    List.copyOf(made).forEach(one -> overriding(one, target));
  }

  /** A class of which there is an instance: what was called of its interfaces may be its own. */
  private void make(JavaClass one, JavaCodeUnit constructor) {
    initialize(one, constructor);
    if (!made.add(one)) {
      return;
    }
    List.copyOf(called).forEach(target -> overriding(one, target));
    supertypes(one)
        .filter(type -> !isOurs(type))
        .flatMap(type -> type.getMethods().stream())
        .filter(method -> !method.getModifiers().contains(JavaModifier.STATIC))
        .forEach(
            method ->
                find(one, method.getName(), method.getRawParameterTypes())
                    .ifPresent(unit -> come(unit, Optional.of(constructor))));
  }

  private void overriding(JavaClass one, CodeUnitAccessTarget target) {
    if (one.isAssignableTo(target.getOwner().getName())) {
      find(one, target.getName(), target.getRawParameterTypes())
          .ifPresent(
              unit ->
                  callersOf
                      .getOrDefault(target, Set.of())
                      .forEach(caller -> come(unit, Optional.of(caller))));
    }
  }

  /** The method of ours that an instance of the class answers such a call with. */
  private Optional<JavaMethod> find(JavaClass one, String name, List<JavaClass> parameters) {
    var types = parameters.stream().map(JavaClass::getName).toArray(String[]::new);
    return Stream.concat(Stream.of(one), supertypes(one))
        .filter(this::isOurs)
        .flatMap(type -> type.tryGetMethod(name, types).stream())
        .filter(method -> !method.getModifiers().contains(JavaModifier.ABSTRACT))
        .findFirst();
  }

  private static Stream<JavaClass> supertypes(JavaClass one) {
    return Stream.concat(one.getAllRawSuperclasses().stream(), one.getAllRawInterfaces().stream());
  }

  private void initialize(JavaClass one, JavaCodeUnit caller) {
    Stream.concat(Stream.of(one), one.getAllRawSuperclasses().stream())
        .filter(this::isOurs)
        .flatMap(type -> type.getStaticInitializer().stream())
        .forEach(unit -> come(unit, Optional.of(caller)));
  }

  private void come(JavaCodeUnit unit, Optional<JavaCodeUnit> caller) {
    if (!callers.containsKey(unit)) {
      callers.put(unit, new LinkedHashSet<>());
      unread.add(unit);
    }
    caller.filter(other -> !other.equals(unit)).ifPresent(callers.get(unit)::add);
  }

  private boolean isOurs(JavaMember member) {
    return isOurs(member.getOwner());
  }

  private boolean isOurs(JavaClass type) {
    return ours.contain(type.getName());
  }
}
