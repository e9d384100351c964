using CM.Generators.Couplings;
using CM.Generators.Schedules;

namespace CM.Generators.Experiments;

/// <summary>A part of an experiment's generated file.</summary>
/// <param name="experiment">The experiment, which has no obstacle.</param>
/// <param name="code">The file.</param>
/// <param name="coupling">Code of the coupling; null where CM.Dsl declares it.</param>
internal abstract class ExperimentSection(Experiment experiment, CodeWriter code, CouplingCode? coupling)
{
    /// <summary>The module's type.</summary>
    public string Module => Experiment.Model!.Code + ".Module";

    public TimesAxis Times => Experiment.Times!;

    public CodeWriter Code { get; } = code;

    protected Experiment Experiment { get; } = experiment;

    protected CouplingCode? Coupling { get; } = coupling;

    /// <summary>Word before members that a base record has too.</summary>
    protected string New => Experiment.HidesBase ? "new " : "";

    /// <summary>Shape of a batch of examples, such as <c>[B, 2]</c>.</summary>
    protected string Shape => $"[B, {string.Join(", ", Experiment.Data!.Shape)}]";

    /// <summary>The type that networks compute in; null for float32.</summary>
    protected string? Low => Experiment.Precision?.Type;

    protected bool HasBoundary => Experiment.Truncation is { Boundary: > 0 };

    /// <summary>A text that stands only where the model takes labels.</summary>
    public string OfModel(string text) => Experiment.Model!.TakesLabels ? text : "";

    /// <summary>A text that stands only where some network takes labels.</summary>
    protected string OfStep(string text) => Experiment.TakesLabels ? text : "";

    /// <summary>A statement and, at a common column, a remark.</summary>
    protected void Line(string statement, string remark) => Code.Line(remark.Length == 0 ? statement : $"{statement,-72} // {remark}");
}
