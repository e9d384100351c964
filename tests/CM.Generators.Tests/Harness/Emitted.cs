using System.Reflection;
using CM.Runtime;
using TorchSharp;

namespace CM.Generators.Tests;

/// <summary>Declarations that are generated, compiled, loaded and run on the libtorch of this machine.</summary>
internal sealed class Emitted
{
    private readonly Assembly assembly;

    private Emitted(Assembly assembly) => this.assembly = assembly;

    public static Emitted From(string source)
    {
        Source.Generate(source, out var output);
        using var bytes = new MemoryStream();
        var emitted = output.Emit(bytes);
        emitted.Success.ShouldBeTrue(string.Join("\n", emitted.Diagnostics));
        return From(bytes.ToArray());
    }

    public static Emitted From(byte[] assembly) => new(Assembly.Load(assembly));

    /// <summary>A type by its full name, or by its simple name in the namespace Test.</summary>
    public Type Type(string name) => assembly.GetType(name.Contains('.') ? name : "Test." + name, throwOnError: true)!;

    /// <summary>A network's parameters, drawn from a seed.</summary>
    public ParameterStore NewStore(string network, long seed = 1, params object[] sizes) => ParameterStore.New(Layout(network, sizes), seed);

    /// <summary>Names and shapes of a network's parameters.</summary>
    public ParameterLayout Layout(string network, params object[] sizes) => (ParameterLayout)Module(network).GetMethod("Layout")!.Invoke(null, sizes)!;

    /// <summary>A network's module over a store.</summary>
    public torch.nn.Module NewModule(string network, ParameterStore store, params object[] sizes) =>
        (torch.nn.Module)Activator.CreateInstance(Module(network), [.. sizes, (ParameterScope)store])!;

    /// <summary>Runs a forward pass; results of a tuple come one by one.</summary>
    public static torch.Tensor[] Forward(torch.nn.Module module, params torch.Tensor[] inputs)
    {
        object result;
        try
        {
            result = module.GetType().GetMethod("forward")!.Invoke(module, inputs)!;
        }
        catch (TargetInvocationException thrown)
        {
            throw thrown.InnerException!;
        }

        return result is torch.Tensor tensor ? [tensor] : [.. Enumerable.Range(0, ((System.Runtime.CompilerServices.ITuple)result).Length).Select(i => (torch.Tensor)((System.Runtime.CompilerServices.ITuple)result)[i]!)];
    }

    private Type Module(string network) => Type(network).GetNestedType("Module")!;
}
