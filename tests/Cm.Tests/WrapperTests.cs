namespace CM.Driver.Tests;

/// <summary>The script <c>cm</c> in a checkout with a copy of build/Cm.</summary>
public sealed class WrapperTests : IDisposable
{
    private const string NoSdk = "cm: the .NET 10 SDK is missing; install it from https://dotnet.microsoft.com/download/dotnet/10.0\n";

    private readonly Checkout checkout = new();

    public WrapperTests()
    {
        Directory.Delete(checkout[".cm"], recursive: true);
        Directory.CreateDirectory(checkout["build/Cm"]);
        foreach (var file in Directory.GetFiles(Path.Combine(Checkout.Own, "build/Cm")).Prepend(Path.Combine(Checkout.Own, "cm")))
            File.Copy(file, checkout[Path.GetRelativePath(Checkout.Own, file)]);
        foreach (var file in new[] { "Directory.Build.props", "global.json" })
            File.Copy(Path.Combine(Checkout.Own, file), checkout[file], overwrite: true);
    }

    public void Dispose() => checkout.Dispose();

    [UnixFact]
    public void The_program_is_built_where_a_file_of_it_is_newer_and_a_mistake_is_one_line()
    {
        const string Building = "cm: building build/Cm\n", Mistake = "cm: there is no command 'trian'; ./cm --help lists them\n";
        Run("trian").ShouldBe((2, "", Building + Mistake));
        Run("trian").ShouldBe((2, "", Mistake));
        File.AppendAllText(checkout["build/Cm/Bench.cs"], "undeclared");
        var (exitCode, _, errors) = Run("trian");
        exitCode.ShouldBe(2);
        errors.ShouldStartWith(Building);
        errors.ShouldContain("Bench.cs(");
        errors.ShouldNotContain("trian");
    }

    [UnixFact]
    public void Without_dotnet_a_line_says_where_to_get_it()
    {
        // The tools that the script needs before it looks for dotnet.
        Directory.CreateDirectory(checkout["tools"]);
        foreach (var tool in new[] { "bash", "dirname" })
            File.CreateSymbolicLink(checkout[$"tools/{tool}"], $"/usr/bin/{tool}");
        Run("list", ("PATH", checkout["tools"])).ShouldBe((2, "", NoSdk));
    }

    [UnixFact]
    public void Another_SDK_than_global_json_asks_for_is_told_like_a_missing_one()
    {
        checkout.Write("global.json", """{ "sdk": { "version": "99.0.100" } }""");
        Run("list").ShouldBe((2, "", NoSdk));
    }

    private (int ExitCode, string Output, string Errors) Run(string command, params (string Name, string Value)[] environment)
    {
        var start = Checkout.Describe("/bin/bash", checkout["cm"], command);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Checkout.Run(start);
    }
}
