using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CM.Torch.Tests.Surface;

/// <summary>
/// A TorchSharp.dll to compile against: the listed surface with no bodies. It has the overloads that CM.Torch leaves out, so it finds calls
/// that are clear here and ambiguous there.
/// </summary>
internal static partial class TorchSharpStub
{
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference> Stub = new(Build);

    /// <summary>Compiles the files against the stub, CM.Dsl and .NET; every error, one a line.</summary>
    /// <param name="root">The folder that the patterns start from.</param>
    /// <param name="patterns">Files, with <c>*</c> and <c>**</c>; bin and obj are left out.</param>
    public static IReadOnlyList<string> Compile(string root, params string[] patterns)
    {
        var files = patterns.SelectMany(pattern => Files(root, pattern)).Distinct().Order().ToArray();
        files.ShouldNotBeEmpty($"no file matches {string.Join(", ", patterns)} under {root}");
        return Compile(files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Language, file)));
    }

    /// <summary>Compiles one text likewise.</summary>
    public static IReadOnlyList<string> CompileText(string source) => Compile([CSharpSyntaxTree.ParseText(source, Language)]);

    private static IReadOnlyList<string> Compile(IEnumerable<SyntaxTree> trees) => Errors(CSharpCompilation.Create(
        "Sources", [.. trees, Usings], [.. Platform, Stub.Value, MetadataReference.CreateFromFile(typeof(CM.Dsl.Part).Assembly.Location)],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable)));

    private static MetadataReference Build()
    {
        var compilation = CSharpCompilation.Create("TorchSharp", [CSharpSyntaxTree.ParseText(Source(Surface.Listed), Language), Usings], Platform,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        Errors(compilation).ShouldBeEmpty("the stub itself");
        return compilation.ToMetadataReference();
    }

    private static string[] Errors(CSharpCompilation compilation) =>
        [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString())];

    // .NET and the packages that the test project knows; CM.Torch must not be among them, the stub stands in its place.
    private static IEnumerable<MetadataReference> Platform { get; } =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => !Path.GetFileName(file).StartsWith("CM.", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file))];

    private static SyntaxTree Usings { get; } = CSharpSyntaxTree.ParseText(
        string.Concat(new[] { "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks" }.Select(space => $"global using global::{space};\n")) + "global using TorchSharp; global using static TorchSharp.torch;", Language);

    private static IEnumerable<string> Files(string root, string pattern)
    {
        var expression = new Regex("^" + Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?").Replace(@"\*", "[^/]*") + "$");
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(root, file).Replace('\\', '/') is var path && expression.IsMatch(path) && !BuildOutput().IsMatch("/" + path));
    }

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();

    // --- the list's words as C# ---

    private static string Source(IReadOnlyList<ListedType> types)
    {
        var source = new StringBuilder("#pragma warning disable\nusing System.Collections;\nusing System.Globalization;\nusing System.Numerics;\nusing System.Runtime.InteropServices;\nusing TorchSharp;\nusing static TorchSharp.torch;\n");
        foreach (var type in types)
            source.Append(Declaration(type, types));
        foreach (var missing in Missing(types))
            source.Append($"namespace TorchSharp.Modules {{ public class {missing} {{ }} }}\n");
        return source.ToString();
    }

    // Types of TorchSharp.Modules that signatures mention and the list here leaves out; what they can do does not matter.
    private static IEnumerable<string> Missing(IReadOnlyList<ListedType> types)
    {
        var known = types.Select(type => Plain(type.Name)).ToHashSet();
        return types.SelectMany(type => type.Members).SelectMany(member => ModuleType().Matches(member))
            .Select(match => (Name: match.Groups["name"].Value, Generics: match.Groups["generics"].Value))
            .Where(type => !known.Contains("Modules." + type.Name))
            .Select(type => type.Generics.Length == 0 ? type.Name : type.Name + "<" + string.Join(", ", type.Generics.Split(',').Select((_, i) => $"T{i}")) + ">")
            .Distinct();
    }

    [GeneratedRegex(@"Modules\.(?<name>\w+)(<(?<generics>[^<>]*)>)?")]
    private static partial Regex ModuleType();

    private static string Declaration(ListedType type, IReadOnlyList<ListedType> types)
    {
        var path = Regex.Replace(type.Name, "<.*", "").Split('.');
        var generics = type.Name.Contains('<') ? type.Name[type.Name.IndexOf('<')..] : "";
        var spaces = path[..^1].TakeWhile(part => part is "Modules" or "Utils").ToArray();
        var outer = path[spaces.Length..^1];
        // The arguments of a type inside a generic one are the outer one's.
        var inner = type.Name.StartsWith("torch.nn.HookableModule.", StringComparison.Ordinal);
        var kind = type.Kind.Replace("static class", "static partial class").Replace("abstract class", "abstract partial class").Replace("sealed class", "sealed partial class");
        kind = kind is "class" or "struct" or "interface" ? "partial " + kind : kind;

        var text = new StringBuilder($"namespace {string.Join('.', spaces.Prepend("TorchSharp"))} {{ ");
        for (var i = 0; i < outer.Length; i++)
            text.Append($"public {OuterKind(string.Join('.', path[..(spaces.Length + i + 1)]), types)} {outer[i]}{(inner && outer[i] == "HookableModule" ? generics : "")} {{ ");
        var name = path[^1];
        if (type.Kind == "enum")
            text.Append($"public enum {name} {{ {string.Join(" ", type.Members).Replace("default=", "@default=").Replace("short=", "@short=")} }}");
        else
        {
            var bases = Bases(type, types);
            text.Append($"public {kind} {name}{(inner ? "" : generics)}{(bases.Length > 0 ? " : " + string.Join(", ", bases) : "")} {{\n");
            if (type.Kind is "class" or "abstract class" or "sealed class")
                text.Append($"  internal {name}(DBNull stub){(bases.FirstOrDefault(IsClass) is not null ? " : base(stub)" : "")} {{ }}\n");
            if (bases.Any(one => one.StartsWith("IEnumerable<", StringComparison.Ordinal)))
                text.Append("  IEnumerator IEnumerable.GetEnumerator() => throw null;\n");
            foreach (var member in type.Members.Where(Expressible).Select(member => Member(member, type, name, bases.FirstOrDefault(IsClass) is not null)).Distinct())
                text.Append("  ").Append(member).Append('\n');
            text.Append('}');
        }
        return text.Append(' ').Append('}', outer.Length + 1).Append('\n').ToString();
    }

    private static string OuterKind(string name, IReadOnlyList<ListedType> types) =>
        types.First(type => Plain(type.Name) == name).Kind switch
        {
            "static class" => "static partial class",
            "abstract class" => "abstract partial class",
            "sealed class" => "sealed partial class",
            var kind => "partial " + kind,
        };

    private static string Plain(string name) => Regex.Replace(name, "<.*", "");

    // Of the bases those that the list knows, and the two interfaces that the language itself asks for.
    private static string[] Bases(ListedType type, IReadOnlyList<ListedType> types)
    {
        var known = types.Select(other => Plain(other.Name)).Append("Tensor").ToHashSet();
        return [.. Parts(type.Bases).Where(one => one is "IDisposable" || (one.StartsWith("IEnumerable<", StringComparison.Ordinal) && !type.Bases.Contains("IList<") && !type.Bases.Contains("IDictionary<")) || known.Contains(Plain(one)))
            .Where(one => type.Kind is not "interface")];
    }

    private static bool IsClass(string one) => !Regex.IsMatch(Plain(one).Split('.')[^1], "^I[A-Z]");

    // op_MinusMinusGreater is no operator of C#; finalizers are nobody's to call.
    private static bool Expressible(string member) => !member.Contains("op_MinusMinusGreater") && !member.Contains(" Finalize(");

    private static string Member(string member, ListedType type, string name, bool derived)
    {
        var obsolete = member.EndsWith("[Obsolete]", StringComparison.Ordinal) ? "[Obsolete] " : "";
        member = Defaults(member.Replace("[Obsolete]", "").Replace("torch.nn.HookableModule.HookRemover", "HookRemover").TrimEnd());
        var access = type.Kind == "interface" ? "" : member.Contains("protected ") ? "protected " : "public ";
        member = member.Replace("protected ", "");
        if (member.StartsWith("ctor ", StringComparison.Ordinal))
            return $"{obsolete}{access}{name}{Keyworded(member["ctor ".Length..])}{(derived ? " : base((DBNull)null)" : "")} => throw null;".Replace(type.Kind == "struct" ? ": base((DBNull)null)" : "\0", "");
        if (member.StartsWith("field ", StringComparison.Ordinal))
        {
            var field = member["field ".Length..];
            var value = field.IndexOf(" = ", StringComparison.Ordinal);
            if (value >= 0)
                return $"{access}{Keyworded(field[..value])} = (TensorStringStyle){field[(value + 3)..]};";
            return $"{access}{EscapedLast(field)};";
        }
        if (member.StartsWith("prop ", StringComparison.Ordinal))
        {
            var (head, accessors) = (member["prop ".Length..member.IndexOf(" { ", StringComparison.Ordinal)], member[member.IndexOf(" { ", StringComparison.Ordinal)..]);
            var body = head.Contains("abstract ") || type.Kind == "interface" ? accessors : accessors.Replace("get;", "get => throw null;").Replace("set;", "set => throw null;");
            return access + (head.Contains("this[") ? head : EscapedLast(head)) + body;
        }
        var open = Opening(member);
        var (signature, parameters) = (member[..open], Keyworded(member[open..]));
        var end = signature.Contains("abstract ") || type.Kind == "interface" ? ";" : " => throw null;";
        // What is sealed where it is first declared, the list calls virtual.
        if (type.Kind is "sealed class" or "struct")
            signature = signature.Replace("virtual ", "");
        if (signature.Contains(" op_"))
        {
            var (result, symbol) = (signature[..signature.IndexOf(" op_", StringComparison.Ordinal)], signature[(signature.IndexOf(" op_", StringComparison.Ordinal) + 4)..]);
            return symbol is "Implicit" or "Explicit"
                ? $"{access}static {symbol.ToLowerInvariant()} operator {result["static ".Length..]}{parameters}{end}"
                : $"{access}{result} operator {Operators[symbol]}{parameters}{end}";
        }
        return obsolete + access + EscapedLast(signature) + parameters + end;
    }

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["Addition"] = "+",
        ["Subtraction"] = "-",
        ["Multiply"] = "*",
        ["Division"] = "/",
        ["Modulus"] = "%",
        ["UnaryNegation"] = "-",
        ["OnesComplement"] = "~",
        ["BitwiseAnd"] = "&",
        ["BitwiseOr"] = "|",
        ["ExclusiveOr"] = "^",
        ["Equality"] = "==",
        ["Inequality"] = "!=",
        ["LessThan"] = "<",
        ["LessThanOrEqual"] = "<=",
        ["GreaterThan"] = ">",
        ["GreaterThanOrEqual"] = ">=",
    };

    // The parenthesis that opens the parameters: the partner of the last one.
    private static int Opening(string member)
    {
        var depth = 0;
        for (var i = member.LastIndexOf(')'); i >= 0; i--)
        {
            depth += member[i] == ')' ? 1 : member[i] == '(' ? -1 : 0;
            if (depth == 0)
                return i;
        }
        throw new FormatException(member);
    }

    // Names that are C#'s keywords, at the end of a head, and as parameters.
    private static string EscapedLast(string head)
    {
        var space = head.LastIndexOf(' ', head.Contains('<') && head.EndsWith('>') ? Math.Max(0, head.LastIndexOf(' ', head.LastIndexOf('<'))) : head.Length - 1);
        var name = head[(space + 1)..];
        return SyntaxFacts.GetKeywordKind(name.Split('<')[0]) != SyntaxKind.None ? head[..(space + 1)] + "@" + name : head;
    }

    private static string Keyworded(string text) => Regex.Replace(text, @"(?<=[\w>\]?)] )(?<name>out|base|params|in|lock)(?=[,)]| = )", "@${name}");

    private static string Defaults(string member) => Regex.Replace(member, @"float (?<name>@?\w+) = (?<value>-?[0-9.E+-]+)", "float ${name} = ${value}f");

    private static IEnumerable<string> Parts(string list)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] is '<' or '(' ? 1 : list[i] is '>' or ')' ? -1 : 0;
            if (list[i] != ',' || depth > 0)
                continue;
            yield return list[start..i].Trim();
            start = i + 1;
        }
        if (list.Length > start)
            yield return list[start..].Trim();
    }
}
