using System.Runtime.CompilerServices;

namespace CM.Torch.Tests.Surface;

/// <summary>What is written against CM.Torch compiles against TorchSharp's own, larger surface.</summary>
public class TorchSharpCompilesTests
{
    [Fact]
    public void The_runtime_and_the_samples_with_their_generated_code_compile_against_TorchSharp() =>
        TorchSharpStub.Compile(Root(), "src/CM.Runtime/*.cs", "src/CM.Runtime/*/*.cs", "src/CM.Runtime/Training/**/*.cs", "src/CM.Runtime/Reporting/**/*.cs", "src/CM.Runtime/Backends/TorchSharp/*.cs",
            "samples/*/Networks.cs", "samples/*/Times.cs", "samples/*/Couplings.cs", "samples/*/Experiments.cs", "samples/*/Generated/**/*.cs")
            // A source generator of .NET fills in partial methods.
            .Where(error => !error.Contains("CS8795")).ShouldBeEmpty();

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
