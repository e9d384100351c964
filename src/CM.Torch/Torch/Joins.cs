using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Operations that have no one tensor they belong to: joins, products of many, grids.
public static partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat(Listed(tensors), dim);
    public static Tensor cat(Tensor[] tensors, long dim = 0) => cat((ReadOnlySpan<Tensor>)tensors, dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0)
    {
        Span<nint> handles = tensors.Length <= 16 ? stackalloc nint[tensors.Length] : new nint[tensors.Length];
        for (var i = 0; i < handles.Length; i++)
            handles[i] = tensors[i].Handle;
        var joined = cm_cat(handles, handles.Length, dim);
        foreach (var tensor in tensors)
            GC.KeepAlive(tensor);
        return joined;
    }

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        Tensor[] list = [.. tensors];
        return Kept(cm_stack(Handles(list), list.Length, dim), list);
    }

    public static Tensor hstack(IList<Tensor> tensors) => cat(tensors, tensors.Count > 0 && tensors[0].Dimensions > 1 ? 1 : 0);
    public static Tensor hstack(params Tensor[] tensors) => hstack((IList<Tensor>)tensors);
    public static Tensor vstack(IList<Tensor> tensors) => vstack(Listed(tensors));

    public static Tensor vstack(Tensor[] tensors)
    {
        var rows = Array.ConvertAll(tensors, tensor => tensor.Dimensions > 1 ? tensor.alias() : tensor.reshape(1, -1));
        var result = cat(rows);
        foreach (var row in rows)
            row.Dispose();
        return result;
    }

    public static Tensor einsum(string equation, params Tensor[] tensors) => Kept(cm_einsum(equation, Handles(tensors), tensors.Length), tensors);

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Kept(Take(cm_broadcast_tensors(Handles(tensors), tensors.Length)), tensors);

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij")
    {
        Tensor[] list = [.. tensors];
        return Kept(Take(cm_meshgrid(Handles(list), list.Length, indexing)), list);
    }

    public static Tensor searchsorted(Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        cm_searchsorted(sorted_sequence, values, out_int32, right, sorter);

    private static Tensor[] Listed(IList<Tensor> tensors) => tensors as Tensor[] ?? [.. tensors];

    // A list passes as bare handles; this keeps its tensors until the call is over.
    private static T Kept<T>(T result, Tensor[] tensors)
    {
        GC.KeepAlive(tensors);
        return result;
    }
}
