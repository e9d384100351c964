using CM.Generators.Schedules;

namespace CM.Generators.Couplings;

/// <summary>The experiment as a coupling's code sees it.</summary>
/// <param name="Namespace">The experiment's namespace.</param>
/// <param name="Times">Its schedule.</param>
/// <param name="ModelType">Type of its model's module.</param>
internal sealed record CouplingFrame(string Namespace, TimesAxis Times, string ModelType)
{
    /// <summary>True when the model takes labels.</summary>
    public bool ModelTakesLabels { get; init; }

    /// <summary>Shape of one example.</summary>
    public EquatableArray<int> Shape { get; init; }

    /// <summary>The type that networks compute in; null for float32.</summary>
    public string? Low { get; init; }

    /// <summary>The smallest time that is trained, below which the first stage predicts; null where there is none.</summary>
    public double? FirstStageBelow { get; init; }

    /// <summary>True when a sampler puts noise on a sample that is there already.</summary>
    public bool Renoises { get; init; }

    /// <summary>A one for each axis of an example, with a comma before it.</summary>
    public string Ones => string.Concat(Shape.Select(_ => ", 1"));

    /// <summary>The call that makes vectors of examples.</summary>
    public string Flattened => Shape.Count > 1 ? ".flatten(1)" : "";

    /// <summary>A text that stands only where the model takes labels.</summary>
    public string OfModel(string text) => ModelTakesLabels ? text : "";
}
