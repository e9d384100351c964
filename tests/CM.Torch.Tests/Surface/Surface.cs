using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CM.Torch.Tests.Surface;

/// <summary>One type of the list: its header (without bases) and its members' lines.</summary>
internal sealed record ListedType(string Kind, string Name, string Bases, IReadOnlyList<string> Members);

/// <summary>TorchSharp's surface as the list has it, and an assembly's surface in the same words.</summary>
internal static partial class Surface
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
    };

    public static IReadOnlyList<ListedType> Listed { get; } = Read(Path.Combine(AppContext.BaseDirectory, "Surface", "torchsharp-0.107-api.txt"));

    private static List<ListedType> Read(string file)
    {
        var types = new List<ListedType>();
        var members = new List<string>();
        foreach (var line in File.ReadLines(file))
        {
            if (Header().Match(line) is { Success: true } header)
                types.Add(new ListedType(header.Groups["kind"].Value, header.Groups["name"].Value, header.Groups["bases"].Value, members = []));
            else if (line.StartsWith("  ", StringComparison.Ordinal))
                members.Add(line.Trim());
        }
        return types;
    }

    [GeneratedRegex(@"^## (?<kind>((static|sealed|abstract) )*(class|struct|interface|enum|delegate)) TorchSharp\.(?<name>[^\s:<]+(<[^>]*>)?)( : (?<bases>.*))?$")]
    private static partial Regex Header();

    /// <summary>The public and protected members of the assembly's public types under TorchSharp, by type.</summary>
    public static IEnumerable<ListedType> Of(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        where type.Namespace!.StartsWith("TorchSharp", StringComparison.Ordinal)
        select new ListedType(Kind(type), Named(type), "", [.. type.IsEnum ? EnumMembers(type) : Members(type)]);

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static IEnumerable<string> EnumMembers(Type type) =>
        Enum.GetNames(type).Select(name => $"{name}={Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");

    private static IEnumerable<string> Members(Type type)
    {
        foreach (var member in type.GetMembers(Own))
        {
            switch (member)
            {
                case ConstructorInfo constructor when Seen(constructor) && !constructor.IsStatic:
                    yield return $"ctor {Protected(constructor)}({Parameters(constructor)})";
                    break;
                case FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly:
                    yield return $"field {(field.IsPublic ? "" : "protected ")}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}";
                    break;
                case PropertyInfo property when Seen(property.GetMethod ?? property.SetMethod!):
                    var get = property.GetMethod!;
                    var index = property.GetIndexParameters() is { Length: > 0 } ? $"this[{Parameters(get)}]" : property.Name;
                    yield return $"prop {Modifiers(get, type)}{Name(property.PropertyType)} {index} {{ get; {(property.SetMethod is { } set && Seen(set) ? "set; " : "")}}}";
                    break;
                case MethodInfo method when Seen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)):
                    var generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
                    yield return $"{Modifiers(method, type)}{Name(method.ReturnType)} {method.Name}{generics}({Parameters(method)})";
                    break;
            }
        }
    }

    private static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Protected(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method, Type type)
    {
        var text = Protected(method);
        if (method.IsStatic)
            return text + "static ";
        if (type.IsInterface || !method.IsVirtual)
            return text;
        if (method.GetBaseDefinition() != method)
            return text + "override ";
        return method.IsFinal ? text : text + (method.IsAbstract ? "abstract " : "virtual ");
    }

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute));
        return string.Join(", ", method.GetParameters().Select((parameter, i) =>
        {
            var type = parameter.ParameterType;
            var mark = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params "
                : extension && i == 0 ? "this " : type.IsByRef ? parameter.IsOut ? "out " : "ref " : "";
            return mark + Name(type.IsByRef ? type.GetElementType()! : type) + " " + parameter.Name + (parameter.HasDefaultValue ? " = " + Default(parameter) : "");
        }));
    }

    private static string Default(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        return parameter.DefaultValue switch
        {
            null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
            bool value => value ? "true" : "false",
            char value => $"'{value}'",
            string value => $"\"{value}\"",
            var value when type.IsEnum => $"{type.Name}.{Enum.GetName(type, value)}",
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => value.ToString()!,
        };
    }

    /// <summary>A type as the list writes it: without the namespace, torch's Tensor and TensorIndex without torch.</summary>
    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true)
            return $"({string.Join(", ", type.GetGenericArguments().Select(Name))})";
        // A type inside a generic one is listed there with the outer one's arguments, but referred to without them.
        if (type.IsNested && !type.Name.Contains('`'))
            return Named(type).Split('<')[0] is var plain && plain is "torch.Tensor" or "torch.TensorIndex" ? type.Name : plain;
        return Named(type);
    }

    private static string Named(Type type)
    {
        var name = type.Name.Split('`')[0];
        for (var outer = type.DeclaringType; outer is not null; outer = outer.DeclaringType)
            name = outer.Name.Split('`')[0] + "." + name;
        if (type.Namespace is { } space && space.StartsWith("TorchSharp.", StringComparison.Ordinal))
            name = space["TorchSharp.".Length..] + "." + name;
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
