package dev.photocredits.systemtests.template;

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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The project's methods that a Lambda function can reach, starting with the constructor and methods
 * of its handler. A call of an interface reaches the methods of classes that are instantiated in
 * reachable code, and no others (rapid type analysis). Libraries may call back, so every method
 * that overrides one of a library counts as called. The body of a lambda belongs to its enclosing
 * method.
 */
final class ReachableCode {
  private final JavaClasses ours;
  private final Map<JavaCodeUnit, Set<JavaCodeUnit>> callers = new LinkedHashMap<>();
  private final Set<JavaClass> instantiated = new LinkedHashSet<>();
  private final Set<CodeUnitAccessTarget> called = new LinkedHashSet<>();
  private final Map<CodeUnitAccessTarget, Set<JavaCodeUnit>> callersOf = new LinkedHashMap<>();
  private final Deque<JavaCodeUnit> pending = new ArrayDeque<>();

  /** The names of each class and its supertypes, which ArchUnit would search for at every call. */
  private final Map<JavaClass, Set<String>> types = new HashMap<>();

  private ReachableCode(JavaClasses ours) {
    this.ours = ours;
  }

  /** The code that the function with this handler reaches. */
  static ReachableCode of(JavaClasses ours, String handler) {
    var reach = new ReachableCode(ours);
    var constructor = ours.get(handler).getConstructor();
    reach.reach(constructor, Optional.empty());
    reach.instantiate(ours.get(handler), constructor);
    while (!reach.pending.isEmpty()) {
      reach.read(reach.pending.remove());
    }
    return reach;
  }

  Set<JavaCodeUnit> units() {
    return Collections.unmodifiableSet(callers.keySet());
  }

  /** What a unit calls, reads and refers to, in the project and in libraries. */
  static Set<JavaAccess<?>> accesses(JavaCodeUnit unit) {
    var accesses = new LinkedHashSet<JavaAccess<?>>(unit.getAccessesFromSelf());
    accesses.addAll(unit.getCodeUnitReferencesFromSelf());
    return accesses;
  }

  /** The reachable callers of a unit. */
  Set<JavaCodeUnit> callers(JavaCodeUnit unit) {
    return Collections.unmodifiableSet(callers.getOrDefault(unit, Set.of()));
  }

  /** One call path from the handler to the unit, for messages. */
  String path(JavaCodeUnit unit) {
    var path = new ArrayList<JavaCodeUnit>();
    Optional<JavaCodeUnit> at = Optional.of(unit);
    while (at.isPresent() && !path.contains(at.get())) {
      path.add(at.get());
      at = callers(at.get()).stream().findFirst();
    }
    return path.reversed().stream()
        .map(ReachableCode::name)
        .distinct() // overloads that delegate to each other
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
    target.resolveMember().filter(this::isOurs).ifPresent(unit -> reach(unit, Optional.of(caller)));
    if (target.resolveMember().orElse(null) instanceof JavaConstructor constructor) {
      if (isOurs(constructor)) {
        instantiate(constructor.getOwner(), constructor);
      }
      return;
    }
    called.add(target);
    if (!callersOf.computeIfAbsent(target, _ -> new LinkedHashSet<>()).add(caller)) {
      return;
    }
    List.copyOf(instantiated).forEach(one -> overriding(one, target));
  }

  /** Adds an instantiated class. Earlier calls of its interfaces may reach its methods. */
  private void instantiate(JavaClass one, JavaCodeUnit constructor) {
    initialize(one, constructor);
    if (!instantiated.add(one)) {
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
                    .ifPresent(unit -> reach(unit, Optional.of(constructor))));
  }

  private void overriding(JavaClass one, CodeUnitAccessTarget target) {
    if (types.computeIfAbsent(one, ReachableCode::types).contains(target.getOwner().getName())) {
      find(one, target.getName(), target.getRawParameterTypes())
          .ifPresent(
              unit ->
                  callersOf
                      .getOrDefault(target, Set.of())
                      .forEach(caller -> reach(unit, Optional.of(caller))));
    }
  }

  /** The project's method that an instance of the class executes for a call. */
  private Optional<JavaMethod> find(JavaClass one, String name, List<JavaClass> parameters) {
    var types = parameters.stream().map(JavaClass::getName).toArray(String[]::new);
    return Stream.concat(Stream.of(one), supertypes(one))
        .filter(this::isOurs)
        .flatMap(type -> type.tryGetMethod(name, types).stream())
        .filter(method -> !method.getModifiers().contains(JavaModifier.ABSTRACT))
        .findFirst();
  }

  private static Set<String> types(JavaClass one) {
    return Stream.concat(Stream.of(one), supertypes(one))
        .map(JavaClass::getName)
        .collect(Collectors.toSet());
  }

  private static Stream<JavaClass> supertypes(JavaClass one) {
    return Stream.concat(one.getAllRawSuperclasses().stream(), one.getAllRawInterfaces().stream());
  }

  private void initialize(JavaClass one, JavaCodeUnit caller) {
    Stream.concat(Stream.of(one), one.getAllRawSuperclasses().stream())
        .filter(this::isOurs)
        .flatMap(type -> type.getStaticInitializer().stream())
        .forEach(unit -> reach(unit, Optional.of(caller)));
  }

  private void reach(JavaCodeUnit unit, Optional<JavaCodeUnit> caller) {
    if (!callers.containsKey(unit)) {
      callers.put(unit, new LinkedHashSet<>());
      pending.add(unit);
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
