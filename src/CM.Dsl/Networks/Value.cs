using System.Diagnostics.CodeAnalysis;

namespace CM.Dsl;

/// <summary>
/// A value that flows through a network: a tensor at run time, a name and a shape while the declaration is read.
/// </summary>
/// <remarks>
/// The body of <c>Forward</c> is read by the generator and never run, so nothing here computes.
/// <list type="table">
/// <item><term><c>x | Layer</c></term><description>pipes <c>x</c> into a layer</description></item>
/// <item><term><c>x | SiLU | Upsample(2)</c></term><description>pipes <c>x</c> into functions of
/// <see cref="Functions"/></description></item>
/// <item><term><c>(x, level) | Block</c></term><description>feeds a block that takes several inputs</description></item>
/// <item><term><c>a + b</c>, <c>a - b</c>, <c>a * b</c></term><description>combine element by element. Axes are aligned from the left, so
/// <c>[B, C]</c> is spread over <c>[B, C, H, W]</c></description></item>
/// <item><term><c>0.5 * a</c>, <c>a + 1</c>, <c>-a</c></term><description>scale and shift by a number</description></item>
/// <item><term><c>Value.Cat(a, b)</c></term><description>joins along the channel axis (axis 1)</description></item>
/// <item><term><c>var (mean, deviation) = x | Encoder</c></term><description>takes the outputs of a block apart</description></item>
/// </list>
/// </remarks>
public sealed class Value
{
    private Value()
    {
    }

    /// <summary>Joins along the channel axis (axis 1); every other axis must agree.</summary>
    /// <param name="flows">Two or more flows.</param>
    public static Value Cat(params Value[] flows) => throw NeverRun();

    /// <summary>Element-wise sum; axes align from the left.</summary>
    public static Value operator +(Value left, Value right) => throw NeverRun();

    /// <summary>Adds a number to every element.</summary>
    public static Value operator +(Value left, double right) => throw NeverRun();

    /// <summary>Adds a number to every element.</summary>
    public static Value operator +(double left, Value right) => throw NeverRun();

    /// <summary>Element-wise difference; axes align from the left.</summary>
    public static Value operator -(Value left, Value right) => throw NeverRun();

    /// <summary>Subtracts a number from every element.</summary>
    public static Value operator -(Value left, double right) => throw NeverRun();

    /// <summary>Subtracts every element from a number.</summary>
    public static Value operator -(double left, Value right) => throw NeverRun();

    /// <summary>Changes every sign.</summary>
    public static Value operator -(Value flow) => throw NeverRun();

    /// <summary>Element-wise product; axes align from the left.</summary>
    public static Value operator *(Value left, Value right) => throw NeverRun();

    /// <summary>Multiplies every element by a number.</summary>
    public static Value operator *(Value left, double right) => throw NeverRun();

    /// <summary>Multiplies every element by a number.</summary>
    public static Value operator *(double left, Value right) => throw NeverRun();

    /// <summary>Takes two outputs of a block apart.</summary>
    public void Deconstruct(out Value first, out Value second) => throw NeverRun();

    /// <summary>Takes three outputs of a block apart.</summary>
    public void Deconstruct(out Value first, out Value second, out Value third) => throw NeverRun();

    /// <summary>Lets a network with two outputs return them as a tuple.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "Read, never run.")]
    public static implicit operator Value((Value First, Value Second) outputs) => throw NeverRun();

    /// <summary>Lets a network with three outputs return them as a tuple.</summary>
    [SuppressMessage("Usage", "CA2225", Justification = "Read, never run.")]
    public static implicit operator Value((Value First, Value Second, Value Third) outputs) => throw NeverRun();

    internal static InvalidOperationException NeverRun() =>
        new("Forward and Couple are read by the generator and never run. Call the generated module instead: new MyNetwork.Module(...).");
}
