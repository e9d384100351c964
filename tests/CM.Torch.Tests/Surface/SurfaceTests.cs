namespace CM.Torch.Tests.Surface;

public class SurfaceTests
{
    [Fact]
    public void Every_public_member_is_one_of_TorchSharps()
    {
        var listed = Surface.Listed.ToDictionary(type => type.Name);
        var wrong = new List<string>();
        foreach (var type in Surface.Of(typeof(TorchSharp.torch).Assembly))
        {
            if (!listed.TryGetValue(type.Name, out var theirs))
            {
                wrong.Add($"TorchSharp has no {type.Kind} {type.Name}");
                continue;
            }
            if (theirs.Kind != type.Kind)
                wrong.Add($"{type.Name} is a {type.Kind}; TorchSharp's is a {theirs.Kind}");
            var known = type.Kind == "enum" ? theirs.Members.SelectMany(line => line.Split(", ")).ToHashSet() : theirs.Members.Select(Comparable).ToHashSet();
            foreach (var member in type.Members.Where(member => !known.Contains(Comparable(member))))
                wrong.Add($"{type.Name}: {member}{Nearest(member, theirs.Members)}");
        }
        wrong.ShouldBeEmpty($"{wrong.Count} differ:\n{string.Join('\n', wrong)}");
    }

    // The list was made with tuples of type parameters spelled out; Obsolete is a mark, not part of the signature.
    private static string Comparable(string member) =>
        System.Text.RegularExpressions.Regex.Replace(member.Replace("  [Obsolete]", ""), @"ValueTuple<([^<>]*)>", "($1)");

    private static string Nearest(string member, IEnumerable<string> members)
    {
        var name = member.Split('(', '{')[0].Trim().Split(' ')[^1];
        return string.Concat(members.Where(line => line.Split('(', '{')[0].Trim().Split(' ')[^1] == name).Select(line => $"\n        TorchSharp: {line}"));
    }
}
