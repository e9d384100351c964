namespace CM.Dsl;

/// <summary>
/// An exponential moving average of the weights, updated after every step. The average that is declared first makes the samples.
/// </summary>
/// <param name="decay">Weight of the old average, from 0 up to, but not including, 1.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class EmaAttribute(double decay) : Attribute
{
    /// <summary>Weight of the old average.</summary>
    public double Decay { get; } = decay;
}

/// <summary>
/// An exponential moving average that starts fast, ema-pytorch's: at every n-th step s it keeps min(decay, 1 − (1 + s − after)^(−2/3)) of
/// what it was. At the steps up to <see cref="After"/>, and at the first one beyond, it copies the weights.
/// </summary>
/// <param name="decay">Largest weight of the old average, from 0 up to, but not including, 1.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class EmaWarmUpAttribute(double decay) : Attribute
{
    /// <summary>Largest weight of the old average.</summary>
    public double Decay { get; } = decay;

    /// <summary>Distance of the steps at which it acts, 1 or more. Default: 1, every step.</summary>
    public int Every { get; set; } = 1;

    /// <summary>Steps before it averages, 0 or more. Default: 0.</summary>
    public int After { get; set; }
}

/// <summary>
/// The power-function average, whose profile is equally wide, relative to the steps done, at all times (EDM2, Karras et al. 2024, section
/// 3.1).
/// </summary>
/// <param name="sigmaRel">Width of the profile, σ_rel, above 0 and below 0.2886; EDM2 keeps 0.05 and 0.1.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class PowerFunctionEmaAttribute(double sigmaRel) : Attribute
{
    /// <summary>Width of the profile.</summary>
    public double SigmaRel { get; } = sigmaRel;

    /// <summary>
    /// How often in a training the average is put aside, 0 or more, so that averages of other widths can be made afterwards (EDM2, section
    /// 3.2), best with two widths. Default: 0.
    /// </summary>
    public int Snapshots { get; set; }

    /// <summary>
    /// Give each factor to the other side, a ← (1 − k)·a + k·w, as VCT's published code does. The average is then nearly the weights
    /// themselves; it is there to repeat that code's runs, and cannot be put aside. Default: false.
    /// </summary>
    public bool Swapped { get; set; }
}

/// <summary>
/// An exponential moving average by its half-life, EDM's (Karras et al. 2022): it keeps ½^(batch/half-life) of what it was.
/// </summary>
/// <param name="examples">The half-life in examples, above 0.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class EdmEmaAttribute(double examples) : Attribute
{
    /// <summary>The half-life.</summary>
    public double Examples { get; } = examples;

    /// <summary>
    /// In the beginning the half-life is this share of the examples seen so far, above 0. Default: infinity, the full one from the start.
    /// EDM takes 0.05.
    /// </summary>
    public double RampUp { get; set; } = double.PositiveInfinity;

    /// <summary>Whether the step's own examples are seen already, as in EDM2, or not, as in EDM. Default: false.</summary>
    public bool IncludesStep { get; set; }
}

/// <summary>
/// Makes the targets with an exponential moving average of the weights instead of the weights themselves (CT, Song et al. 2023): it keeps
/// decay^(cuts/n) of what it was while the schedule's grid has n intervals.
/// </summary>
/// <param name="decay">Weight of the old average on a grid of <see cref="Intervals"/> intervals, from 0 up to, but not including, 1; CT
/// takes 0.9 or 0.95.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EmaTeacherAttribute(double decay) : Attribute
{
    /// <summary>Weight of the old average.</summary>
    public double Decay { get; } = decay;

    /// <summary>Intervals at which the decay is meant, s0 of CT, 1 or more. Default: 0, the decay is the same on every grid.</summary>
    public int Intervals { get; set; }
}
